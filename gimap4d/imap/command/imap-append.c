/* APPEND: a mail into a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-append.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-placer.h"
#include "gimap4d/imap/grammar/imap-mail-head.h"

#include <string.h>

typedef struct
{
  ImapPlacer parent;

  GBytes *mime;     /* owned, nullable: all of it is here */
  guint64 size;     /* without what is added at the end */
  char *name;       /* owned, nullable: the selected box */
  GStrv flags;      /* owned, nullable */
  GDateTime *date;  /* owned, nullable */
  char *message_id; /* owned, nullable: where it may be searched for */

  /* A mail that is read while it is sent. */
  ImapAppendFeed feed;
  ImapCommand *command; /* unowned, nullable: while it is hungry */
  GBytes *next;         /* owned, nullable: read, and not sent */
  guint64 n_asked;      /* octets that were asked for */
  guint64 n_sent;
  gsize n_read; /* octets that were read of those; atomic */
  gboolean is_submitted;
  gboolean is_binary; /* its literal may have a NUL in it */

  GMutex mutex;
  GBytes *given;    /* owned, nullable; guarded by the mutex */
  GError *error;    /* owned, nullable; guarded by the mutex */
  gboolean has_nul; /* what is given; guarded by the mutex */
} AppendOperation;

static const char *
get_box (AppendOperation *self)
{
  return self->name != NULL ? self->name : imap_operation_get_box (self)->name;
}

static void
done (ImapCommand *command, const ImapResponse *response)
{
  AppendOperation *self = (AppendOperation *) command->operation;
  ImapFound *found;

  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_operation_fail_response (self, response);
      return;
    }

  found = g_new0 (ImapFound, 1);
  found->box = g_strdup (get_box (self));
  /* One mail has one id: a server that names more does not know which. */
  if (response->code == IMAP_CODE_APPENDUID && response->code_uids != NULL &&
      imap_uid_set_get_size (response->code_uids) == 1)
    {
      found->uids = imap_uid_set_ref (response->code_uids);
      found->uid_validity = (guint32) MIN (response->code_number, G_MAXUINT32);
      imap_operation_return (self, found, (GDestroyNotify) imap_found_free);
      return;
    }

  found->uids = imap_uid_set_new ();
  imap_placer_end (self, found, self->message_id, NULL);
}

/* " 5-Feb-2024 09:00:00 +0100", with English months whatever the locale (RFC 9051, date-time). */
static void
write_date (ImapWriter *writer, GDateTime *date)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  int offset = (int) (g_date_time_get_utc_offset (date) / G_TIME_SPAN_MINUTE);
  g_autofree char *text = g_strdup_printf (
      " \"%2d-%s-%04d %02d:%02d:%02d %c%02d%02d\"", g_date_time_get_day_of_month (date),
      months[g_date_time_get_month (date) - 1], g_date_time_get_year (date),
      g_date_time_get_hour (date), g_date_time_get_minute (date), g_date_time_get_second (date),
      offset < 0 ? '-' : '+', ABS (offset) / 60, ABS (offset) % 60);

  imap_writer_raw (writer, text);
}

static void
write_flags (ImapWriter *writer, const char *const *flags)
{
  imap_writer_raw (writer, " (");
  for (guint i = 0; flags[i] != NULL; i++)
    {
      if (i > 0)
        imap_writer_space (writer);
      imap_writer_flag (writer, flags[i]);
    }
  imap_writer_char (writer, ')');
}

/* What the server says it takes (RFC 7889): here, or anywhere; -1 = it says nothing. */
static gint64
get_limit (AppendOperation *self)
{
  const ImapCapabilities *capabilities = imap_operation_get_capabilities (self);

  for (guint i = 0; capabilities->words[i] != NULL; i++)
    if (g_str_has_prefix (capabilities->words[i], "APPENDLIMIT="))
      {
        gint64 limit = g_ascii_strtoll (capabilities->words[i] + strlen ("APPENDLIMIT="), NULL, 10);

        return limit > 0 ? limit : -1;
      }

  return self->parent.append_limit;
}

/* Yahoo refuses a mail whose last line has no end. The server is known by a capability of its own. */
static gboolean
needs_final_line_end (AppendOperation *self)
{
  const ImapCapabilities *capabilities = imap_operation_get_capabilities (self);

  return g_strv_contains ((const char *const *) capabilities->words, "XYMHIGHESTMODSEQ");
}

static gboolean
check_limit (AppendOperation *self)
{
  gint64 limit = get_limit (self);

  if (limit < 0 || self->size <= (guint64) limit)
    return TRUE;

  imap_operation_fail (self,
                       g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_OVERQUOTA,
                                    _ ("the mail has %llu octets, and the server takes at "
                                       "most %llu"),
                                    (unsigned long long) self->size, (unsigned long long) limit));

  return FALSE;
}

static ImapWriter *
write_command (AppendOperation *self)
{
  ImapWriter *writer = imap_operation_write (self, "APPEND");

  imap_writer_space (writer);
  imap_operation_write_box (self, writer, get_box (self));
  if (self->flags != NULL && self->flags[0] != NULL)
    write_flags (writer, (const char *const *) self->flags);
  if (self->date != NULL)
    write_date (writer, self->date);
  imap_writer_space (writer);

  return writer;
}

static GBytes *
end_last_line (GBytes *mime)
{
  gsize size;
  const char *text = g_bytes_get_data (mime, &size);
  GByteArray *made;

  if (size >= 2 && memcmp (text + size - 2, "\r\n", 2) == 0)
    return g_bytes_ref (mime);

  made = g_byte_array_sized_new (size + 2);
  g_byte_array_append (made, (const guint8 *) text, size);
  g_byte_array_append (made, (const guint8 *) "\r\n", 2);

  return g_byte_array_free_to_bytes (made);
}

/* @mime: the mail, or its beginning. */
static void
note_message_id (AppendOperation *self, GBytes *mime)
{
  g_clear_pointer (&self->message_id, g_free);
  if (imap_placer_wants_message_id (self))
    self->message_id = imap_mail_head_dup_message_id (mime);
}

static void
append_whole (AppendOperation *self, GBytes *mime)
{
  ImapWriter *writer = write_command (self);
  g_autoptr (GBytes) sent = needs_final_line_end (self) ? end_last_line (mime) : g_bytes_ref (mime);

  note_message_id (self, mime);
  if (self->is_binary)
    imap_writer_literal8 (writer, sent);
  else
    imap_writer_literal (writer, sent);
  imap_operation_submit (self, writer, IMAP_COMMAND_MUTATES, NULL, done);
}

static gboolean
contains_nul (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return memchr (data, '\0', size) != NULL;
}

static GError *
refuse_nul (void)
{
  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                      _ ("the mail has a NUL in it, and the server has no BINARY"));
}

static void
begun (gpointer operation)
{
  AppendOperation *self = operation;

  if (!check_limit (self))
    return;
  self->is_binary = contains_nul (self->mime);
  if (self->is_binary && !imap_operation_has (self, IMAP_CAPABILITY_BINARY))
    imap_operation_fail (self, refuse_nul ());
  else
    append_whole (self, self->mime);
}

static void
start (ImapOperation *operation)
{
  imap_placer_begin (operation, get_box ((AppendOperation *) operation),
                     IMAP_PLACER_IDS | IMAP_PLACER_LIMIT, begun);
}

static void
read_cb (gpointer object, gpointer data)
{
  AppendOperation *self = data;

  self->feed.read (object, self, MIN (IMAP_LIMIT_FEED, self->size - self->n_asked),
                   self->feed.data);
}

/* Has the caller's thread read the next piece. */
static void
read_next (AppendOperation *self)
{
  ImapOperation *operation = (ImapOperation *) self;

  if (operation->awaits_octets || self->next != NULL || self->n_asked == self->size)
    return;

  operation->awaits_octets = TRUE;
  imap_operation_hand_out (self, read_cb, imap_operation_ref (self), imap_operation_unref);
}

/* Sends what is there, and reads the next piece meanwhile. */
static void
feed (AppendOperation *self)
{
  static const char line_end[] = "\r\n";
  ImapOperation *operation = (ImapOperation *) self;
  gboolean has_room = TRUE;

  while (has_room && self->command != NULL && self->next != NULL)
    {
      g_autoptr (GBytes) piece = g_steal_pointer (&self->next);
      ImapCommand *command = g_steal_pointer (&self->command);
      gboolean is_last;

      self->n_sent += g_bytes_get_size (piece);
      is_last = self->n_sent >= self->size;
      /* One more piece, where it was announced. */
      if (self->n_sent == self->size && needs_final_line_end (self))
        {
          is_last = FALSE;
          self->next = g_bytes_new_static (line_end, strlen (line_end));
        }
      has_room = operation->host->feed (operation->host_data, command, piece, is_last);
      if (has_room && !is_last)
        self->command = command;
      if (!operation->is_complete)
        read_next (self);
    }
}

static void
hungry (ImapCommand *command)
{
  g_autoptr (ImapOperation) operation = imap_operation_ref (command->operation);
  AppendOperation *self = (AppendOperation *) operation;

  self->command = command;
  read_next (self);
  feed (self);
}

static void
append_fed (AppendOperation *self)
{
  ImapWriter *writer = write_command (self);
  ImapCommand *command;

  imap_writer_literal_to_feed (writer, self->size + (needs_final_line_end (self) ? 2 : 0),
                               self->is_binary);
  command = imap_command_new (self, writer, IMAP_COMMAND_MUTATES | IMAP_COMMAND_FED, NULL, done);
  note_message_id (self, self->next);
  command->hungry = hungry;
  imap_command_submit (command);
}

/* A stream that fails before anything was sent costs nothing; later it costs the connection. Takes the
 * error. */
static void
fail_feed (AppendOperation *self, GError *error)
{
  ImapOperation *operation = (ImapOperation *) self;
  gboolean is_half = self->n_sent > 0 || self->command != NULL;

  imap_operation_fail (self, error);
  if (is_half)
    operation->host->cut (operation->host_data,
                          g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                                       _ ("it was cut, as a mail was given up in the middle")));
}

/* The literal that a mail goes in is chosen when its beginning is known. */
static GError *
check_nul (AppendOperation *self, gboolean has_nul)
{
  gboolean can_be_binary = imap_operation_has (self, IMAP_CAPABILITY_BINARY);

  if (!self->is_submitted)
    self->is_binary = can_be_binary && (has_nul || imap_mail_head_is_binary (self->next));
  if (!has_nul || self->is_binary)
    return NULL;
  if (!can_be_binary)
    return refuse_nul ();

  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                      _ ("the mail has a NUL in it that its header does not announce"));
}

static void
fed_poked (ImapOperation *operation)
{
  AppendOperation *self = (AppendOperation *) operation;
  gboolean has_nul;
  GError *error;

  g_mutex_lock (&self->mutex);
  g_assert (self->next == NULL);
  self->next = g_steal_pointer (&self->given);
  error = g_steal_pointer (&self->error);
  has_nul = self->has_nul;
  g_mutex_unlock (&self->mutex);

  operation->awaits_octets = FALSE;
  if (error == NULL)
    error = check_nul (self, has_nul);
  if (error != NULL)
    {
      fail_feed (self, error);
      return;
    }

  self->n_asked += g_bytes_get_size (self->next);
  if (self->is_submitted)
    {
      feed (self);
      return;
    }
  self->is_submitted = TRUE;
  if (self->n_asked == self->size)
    append_whole (self, self->next);
  else
    append_fed (self);
}

void
imap_append_operation_note_read (gpointer operation, gsize size)
{
  AppendOperation *self = operation;

  g_atomic_pointer_add (&self->n_read, size);
}

static guint64
get_n_read (ImapOperation *operation)
{
  return (gsize) g_atomic_pointer_get (&((AppendOperation *) operation)->n_read);
}

static void
starved (ImapOperation *operation, GError *error)
{
  fail_feed ((AppendOperation *) operation, error);
}

void
imap_append_operation_give (gpointer operation, GBytes *bytes, GError *error)
{
  AppendOperation *self = operation;
  gboolean is_nul_in_it = bytes != NULL && contains_nul (bytes);

  g_mutex_lock (&self->mutex);
  self->given = bytes;
  self->has_nul = is_nul_in_it;
  self->error = error;
  g_mutex_unlock (&self->mutex);
  imap_operation_poke (self);
}

/* The beginning is read before anything is sent: a stream that fails at once, or holds a small mail,
 * keeps nobody waiting. */
static void
fed_begun (gpointer operation)
{
  AppendOperation *self = operation;

  if (check_limit (self))
    read_next (self);
}

static void
fed_start (ImapOperation *operation)
{
  imap_placer_begin (operation, get_box ((AppendOperation *) operation),
                     IMAP_PLACER_IDS | IMAP_PLACER_LIMIT, fed_begun);
}

static void
fed_ended (ImapOperation *operation)
{
  AppendOperation *self = (AppendOperation *) operation;

  self->command = NULL;
  self->feed.stop (self->feed.data);
}

static void
finalize (ImapOperation *operation)
{
  AppendOperation *self = (AppendOperation *) operation;

  g_clear_pointer (&self->mime, g_bytes_unref);
  g_clear_pointer (&self->next, g_bytes_unref);
  g_clear_pointer (&self->given, g_bytes_unref);
  g_clear_error (&self->error);
  if (self->feed.destroy != NULL)
    self->feed.destroy (self->feed.data);
  imap_placer_finalize (self);
  g_free (self->message_id);
  g_free (self->name);
  g_strfreev (self->flags);
  g_clear_pointer (&self->date, g_date_time_unref);
  g_mutex_clear (&self->mutex);
}

static const ImapOperationClass named_class = {
  .size = sizeof (AppendOperation),
  .traits = IMAP_OPERATION_RESTARTABLE,
  .start = start,
  .finalize = finalize,
};

static const ImapOperationClass selected_class = {
  .size = sizeof (AppendOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_RESTARTABLE,
  .start = start,
  .finalize = finalize,
};

static const ImapOperationClass fed_named_class = {
  .size = sizeof (AppendOperation),
  .traits = IMAP_OPERATION_NONE,
  .start = fed_start,
  .finalize = finalize,
  .poked = fed_poked,
  .ended = fed_ended,
  .get_n_given = get_n_read,
  .starved = starved,
};

static const ImapOperationClass fed_selected_class = {
  .size = sizeof (AppendOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX,
  .start = fed_start,
  .finalize = finalize,
  .poked = fed_poked,
  .ended = fed_ended,
  .get_n_given = get_n_read,
  .starved = starved,
};

static AppendOperation *
append_operation_new (const ImapOperationClass *klass,
                      const char *box,
                      const char *const *flags,
                      GDateTime *date)
{
  AppendOperation *self = imap_operation_new (
      klass, box != NULL ? g_strdup_printf (_ ("appending a mail to “%s”"), box) :
                           g_strdup (_ ("appending a mail to the selected box")));

  self->name = g_strdup (box);
  self->flags = g_strdupv ((GStrv) flags);
  self->date = date != NULL ? g_date_time_ref (date) : NULL;
  g_mutex_init (&self->mutex);

  return self;
}

gpointer
imap_append_operation_new (GBytes *mime, const char *box, const char *const *flags, GDateTime *date)
{
  AppendOperation *self = append_operation_new (box != NULL ? &named_class : &selected_class, box,
                                                flags, date);

  self->mime = g_bytes_ref (mime);
  self->size = g_bytes_get_size (mime);

  return self;
}

gpointer
imap_append_operation_new_fed (const ImapAppendFeed *source,
                               const char *box,
                               const char *const *flags,
                               GDateTime *date)
{
  AppendOperation *self = append_operation_new (
      box != NULL ? &fed_named_class : &fed_selected_class, box, flags, date);

  self->feed = *source;
  self->size = source->size;

  return self;
}
