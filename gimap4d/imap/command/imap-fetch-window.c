/* UID FETCH of a piece of one body section: how a large mail is read without holding it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-fetch-window.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"

#include <string.h>

typedef struct
{
  ImapOperation parent;

  guint32 uid;
  char *section; /* owned */
  guint64 offset;
  guint32 length;
  gboolean update_seen;
  ImapWindowForm form;
  guint64 known_total;
  gboolean is_decoding;
  gint64 total;  /* -1 = not told yet */
  GBytes *bytes; /* owned, nullable */
} WindowOperation;

void
imap_window_free (ImapWindow *window)
{
  g_clear_pointer (&window->bytes, g_bytes_unref);
  g_free (window->box);
  g_free (window);
}

/* No more than was asked for: a stream promises how much memory it takes. */
static gboolean
has_asked_length (WindowOperation *self, const ImapFetch *fetch)
{
  const ImapSpan *span = self->section[0] == '\0' ? &fetch->body : &fetch->section;
  g_autoptr (GBytes) bytes = imap_fetch_dup_bytes (fetch, span);

  return bytes == NULL || g_bytes_get_size (bytes) <= self->length;
}

/* Some servers give the whole where a piece was asked for: that is right at the beginning, unless it
 * answers somebody who asked for the mail with all its facts. */
static gboolean
is_asked_piece (WindowOperation *self, const ImapFetch *fetch)
{
  if (fetch->origin >= 0)
    return (guint64) fetch->origin == self->offset && has_asked_length (self, fetch);

  return self->offset == 0 && fetch->size < 0;
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  WindowOperation *self = (WindowOperation *) command->operation;
  g_auto (ImapFetch) fetch = { 0 };
  const ImapSpan *span;

  if (response->type != IMAP_DATA_FETCH || !imap_data_parse_fetch (response, &fetch, NULL) ||
      fetch.uid != self->uid)
    return FALSE;

  if (self->is_decoding && fetch.decoded_size >= 0)
    self->total = fetch.decoded_size;
  span = self->section[0] == '\0' ? &fetch.body : &fetch.section;
  if (imap_span_is_empty (span) || !is_asked_piece (self, &fetch) ||
      fetch.is_decoded != self->is_decoding)
    return FALSE;
  g_clear_pointer (&self->bytes, g_bytes_unref);
  self->bytes = imap_fetch_dup_bytes (&fetch, span);

  return TRUE;
}

/* All of what was asked for, as far as there is so much. */
static gboolean
has_right_size (WindowOperation *self)
{
  guint64 total = (guint64) MAX (self->total, 0);
  guint64 rest = self->offset < total ? total - self->offset : 0;

  return self->total >= 0 && self->bytes != NULL &&
         g_bytes_get_size (self->bytes) == MIN (rest, self->length);
}

/* Dovecot decodes a part from its beginning for each piece: with many pieces that costs more than a
 * quarter of the octets. */
static gboolean
is_worth_decoding (WindowOperation *self)
{
  return self->total <= IMAP_LIMIT_SERVER_DECODES;
}

static void ask_raw (WindowOperation *self);

static void
done (ImapCommand *command, const ImapResponse *response)
{
  WindowOperation *self = (WindowOperation *) command->operation;
  ImapBoxState *box = imap_operation_get_box (self);
  ImapWindow *window;

  if (self->is_decoding && self->form == IMAP_WINDOW_BEST_DECODED &&
      (response->condition != IMAP_CONDITION_OK || !has_right_size (self) ||
       !is_worth_decoding (self)))
    {
      ask_raw (self);
      return;
    }
  if (response->condition != IMAP_CONDITION_OK)
    {
      imap_operation_fail_response (self, response);
      return;
    }
  if (self->is_decoding && !has_right_size (self))
    {
      imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                              _ ("a piece of the part has not the size that the "
                                                 "server told before")));
      return;
    }
  if (self->bytes == NULL)
    {
      imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_NOT_FOUND,
                                              _ ("there is no such mail, or no such part of it")));
      return;
    }

  window = g_new0 (ImapWindow, 1);
  window->bytes = g_steal_pointer (&self->bytes);
  window->is_decoded = self->is_decoding;
  window->total = self->is_decoding ? (guint64) self->total : 0;
  window->box = g_strdup (box->name);
  window->uid_validity = box->uid_validity;
  imap_operation_return (self, window, (GDestroyNotify) imap_window_free);
}

/* "1.2", "2.MIME": nothing that could end the section. */
static gboolean
is_section (const char *section)
{
  return strspn (section, "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen (section);
}

static void
ask (WindowOperation *self, const char *arguments)
{
  ImapWriter *writer = imap_operation_write (self, "UID FETCH");

  imap_writer_raw (writer, arguments);
  imap_operation_submit (self, writer,
                         IMAP_COMMAND_SECTION | (self->is_decoding ? IMAP_COMMAND_DECODES : 0),
                         claim, done);
}

static void
ask_raw (WindowOperation *self)
{
  gboolean marks = self->update_seen && !imap_operation_get_box (self)->is_read_only;
  g_autofree char *arguments = g_strdup_printf (" %u (UID %s[%s]<%llu.%u>)", self->uid,
                                                marks ? "BODY" : "BODY.PEEK", self->section,
                                                (unsigned long long) self->offset, self->length);

  g_clear_pointer (&self->bytes, g_bytes_unref);
  self->is_decoding = FALSE;
  ask (self, arguments);
}

/* The size goes with the first piece: a server that cannot decode the part to its end says so at
 * once (RFC 3516, 4.3). */
static void
ask_decoded (WindowOperation *self)
{
  g_autofree char *size = g_strdup_printf ("BINARY.SIZE[%s] ", self->section);
  g_autofree char *arguments = g_strdup_printf (" %u (UID %sBINARY.PEEK[%s]<%llu.%u>)", self->uid,
                                                self->offset == 0 ? size : "", self->section,
                                                (unsigned long long) self->offset, self->length);

  self->is_decoding = TRUE;
  self->total = self->offset == 0 ? -1 : (gint64) self->known_total;
  ask (self, arguments);
}

static void
start (ImapOperation *operation)
{
  WindowOperation *self = (WindowOperation *) operation;

  if (!is_section (self->section))
    {
      imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                                              _ ("“%s” is no part of a mail"), self->section));
      return;
    }

  if (self->form == IMAP_WINDOW_DECODED ||
      (self->form == IMAP_WINDOW_BEST_DECODED && imap_operation_has (self, IMAP_CAPABILITY_BINARY)))
    ask_decoded (self);
  else
    ask_raw (self);
}

static void
reset (ImapOperation *operation)
{
  g_clear_pointer (&((WindowOperation *) operation)->bytes, g_bytes_unref);
}

static void
finalize (ImapOperation *operation)
{
  reset (operation);
  g_free (((WindowOperation *) operation)->section);
}

static const ImapOperationClass window_class = {
  .size = sizeof (WindowOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE | IMAP_OPERATION_USES_IDS,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

gpointer
imap_fetch_window_operation_new (
    guint32 uid, const char *section, guint64 offset, guint32 length, gboolean update_seen)
{
  WindowOperation *self = imap_operation_new (&window_class,
                                              g_strdup_printf (_ ("reading the mail %u"), uid));

  self->uid = uid;
  self->section = g_strdup (section);
  self->offset = offset;
  self->length = length;
  self->update_seen = update_seen;

  return self;
}

void
imap_fetch_window_operation_set_form (gpointer operation, ImapWindowForm form, guint64 total)
{
  WindowOperation *self = operation;

  self->form = form;
  self->known_total = total;
}
