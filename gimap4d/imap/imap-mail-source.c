/* The facts of one fetched mail, for GEmail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-mail-source.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/imap-section-stream.h"

typedef struct
{
  EmailSource parent;

  ImapFetched *fetched; /* owned */
  guint index;
  GWeakRef transporter;
} MailSource;

static const ImapFetch *
get_fetch (EmailSource *source)
{
  MailSource *self = (MailSource *) source;

  return &g_array_index (self->fetched->fetches, ImapFetch, self->index);
}

static char *
dup_id (EmailSource *source)
{
  return g_strdup_printf ("%u", get_fetch (source)->uid);
}

static gint64
get_size (EmailSource *source)
{
  return get_fetch (source)->size;
}

static GDateTime *
dup_received_at (EmailSource *source)
{
  return imap_fetch_dup_internal_date (get_fetch (source));
}

static GStrv
dup_flags (EmailSource *source)
{
  return imap_fetch_dup_flags (get_fetch (source));
}

static GBytes *
dup_mime (EmailSource *source)
{
  const ImapFetch *fetch = get_fetch (source);

  return imap_fetch_dup_bytes (fetch, &fetch->body);
}

static GBytes *
dup_header (EmailSource *source)
{
  const ImapFetch *fetch = get_fetch (source);

  return imap_fetch_dup_bytes (fetch, &fetch->header);
}

static EmailEnvelope *
dup_envelope (EmailSource *source)
{
  return imap_fetch_parse_envelope (get_fetch (source));
}

static EmailStructure *
dup_structure (EmailSource *source)
{
  return imap_fetch_parse_structure (get_fetch (source));
}

static GImapTransporter *
dup_transporter (MailSource *self, GError **error)
{
  GImapTransporter *transporter = g_weak_ref_get (&self->transporter);

  if (transporter == NULL)
    g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                 _ ("the body was not fetched, and the transporter is gone"));

  return transporter;
}

static ImapSectionPlace
get_place (MailSource *self, const char *part_id)
{
  ImapSectionPlace place = {
    .uid = get_fetch (&self->parent)->uid,
    .section = part_id,
    .box = self->fetched->box,
    .uid_validity = self->fetched->uid_validity,
  };

  return place;
}

static GInputStream *
open_part (EmailSource *source, const char *part_id, GCancellable *cancellable, GError **error)
{
  MailSource *self = (MailSource *) source;
  g_autoptr (GImapTransporter) transporter = dup_transporter (self, error);
  ImapSectionPlace place = get_place (self, part_id);

  if (transporter == NULL)
    return NULL;

  return imap_section_stream_open (transporter, &place, cancellable, error);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GInputStream *stream = imap_section_stream_open_finish (result, &error);

  if (stream == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, stream, g_object_unref);
}

static void
open_part_async (EmailSource *source,
                 const char *part_id,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  MailSource *self = (MailSource *) source;
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GError *error = NULL;
  g_autoptr (GImapTransporter) transporter = dup_transporter (self, &error);
  ImapSectionPlace place = get_place (self, part_id);

  g_task_set_source_tag (task, open_part_async);
  g_task_set_check_cancellable (task, FALSE);
  if (transporter == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  imap_section_stream_open_async (transporter, &place, cancellable, opened_cb,
                                  g_steal_pointer (&task));
}

static GInputStream *
open_part_finish (EmailSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
finalize (EmailSource *source)
{
  MailSource *self = (MailSource *) source;

  g_weak_ref_clear (&self->transporter);
  imap_fetched_unref (self->fetched);
  g_free (self);
}

static const EmailSourceClass mail_source_class = {
  .dup_id = dup_id,
  .get_size = get_size,
  .dup_received_at = dup_received_at,
  .dup_flags = dup_flags,
  .dup_mime = dup_mime,
  .dup_header = dup_header,
  .dup_envelope = dup_envelope,
  .dup_structure = dup_structure,
  .open_part = open_part,
  .open_part_async = open_part_async,
  .open_part_finish = open_part_finish,
  .finalize = finalize,
};

EmailSource *
imap_mail_source_new (ImapFetched *fetched, guint index, GImapTransporter *transporter)
{
  MailSource *self = g_new0 (MailSource, 1);

  email_source_init (&self->parent, &mail_source_class);
  self->fetched = imap_fetched_ref (fetched);
  self->index = index;
  g_weak_ref_init (&self->transporter, transporter);

  return &self->parent;
}
