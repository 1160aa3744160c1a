/* APPEND: a mail into a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-append.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

#include <string.h>

typedef struct
{
  ImapOperation parent;

  GBytes *mime;    /* owned */
  char *name;      /* owned, nullable: the selected box */
  GStrv flags;     /* owned, nullable */
  GDateTime *date; /* owned, nullable */
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
  if (response->code == IMAP_CODE_APPENDUID && response->code_uids != NULL)
    {
      found->uids = imap_uid_set_ref (response->code_uids);
      found->uid_validity = (guint32) MIN (response->code_number, G_MAXUINT32);
    }
  else
    {
      found->uids = imap_uid_set_new ();
    }
  imap_operation_return (self, found, (GDestroyNotify) imap_found_free);
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

/* What the server says it takes (RFC 7889); 0 = it says nothing. */
static guint64
get_limit (AppendOperation *self)
{
  const ImapCapabilities *capabilities = imap_operation_get_capabilities (self);

  for (guint i = 0; capabilities->words[i] != NULL; i++)
    if (g_str_has_prefix (capabilities->words[i], "APPENDLIMIT="))
      return g_ascii_strtoull (capabilities->words[i] + strlen ("APPENDLIMIT="), NULL, 10);

  return 0;
}

static void
start (ImapOperation *operation)
{
  AppendOperation *self = (AppendOperation *) operation;
  guint64 limit = get_limit (self);
  gsize size = g_bytes_get_size (self->mime);
  ImapWriter *writer;

  if (limit > 0 && size > limit)
    {
      imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_OVERQUOTA,
                                              _ ("the mail has %zu octets, and the server takes at "
                                                 "most %llu"),
                                              size, (unsigned long long) limit));
      return;
    }

  writer = imap_operation_write (self, "APPEND");
  imap_writer_space (writer);
  imap_operation_write_box (self, writer, get_box (self));
  if (self->flags != NULL && self->flags[0] != NULL)
    write_flags (writer, (const char *const *) self->flags);
  if (self->date != NULL)
    write_date (writer, self->date);
  imap_writer_space (writer);
  imap_writer_literal (writer, self->mime);
  imap_operation_submit (self, writer, IMAP_COMMAND_MUTATES, NULL, done);
}

static void
finalize (ImapOperation *operation)
{
  AppendOperation *self = (AppendOperation *) operation;

  g_bytes_unref (self->mime);
  g_free (self->name);
  g_strfreev (self->flags);
  g_clear_pointer (&self->date, g_date_time_unref);
}

static const ImapOperationClass named_class = {
  .size = sizeof (AppendOperation),
  .traits = IMAP_OPERATION_NONE,
  .start = start,
  .finalize = finalize,
};

static const ImapOperationClass selected_class = {
  .size = sizeof (AppendOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX,
  .start = start,
  .finalize = finalize,
};

gpointer
imap_append_operation_new (GBytes *mime, const char *box, const char *const *flags, GDateTime *date)
{
  AppendOperation *self = imap_operation_new (
      box != NULL ? &named_class : &selected_class,
      box != NULL ? g_strdup_printf (_ ("appending a mail to “%s”"), box) :
                    g_strdup (_ ("appending a mail to the selected box")));

  self->mime = g_bytes_ref (mime);
  self->name = g_strdup (box);
  self->flags = g_strdupv ((GStrv) flags);
  self->date = date != NULL ? g_date_time_ref (date) : NULL;

  return self;
}
