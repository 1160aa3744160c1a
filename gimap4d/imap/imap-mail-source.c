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

  ImapMailOrigin *origin; /* owned */
  guint index;
} MailSource;

ImapMailOrigin *
imap_mail_origin_new (ImapFetched *fetched, GImapTransporter *transporter)
{
  ImapMailOrigin *origin = g_new0 (ImapMailOrigin, 1);

  g_atomic_ref_count_init (&origin->ref_count);
  origin->fetched = imap_fetched_ref (fetched);
  g_weak_ref_init (&origin->transporter, transporter);
  g_mutex_init (&origin->mutex);
  origin->mails = g_new0 (gpointer, fetched->fetches->len);

  return origin;
}

ImapMailOrigin *
imap_mail_origin_ref (ImapMailOrigin *origin)
{
  g_atomic_ref_count_inc (&origin->ref_count);

  return origin;
}

void
imap_mail_origin_unref (ImapMailOrigin *origin)
{
  if (!g_atomic_ref_count_dec (&origin->ref_count))
    return;

  imap_fetched_unref (origin->fetched);
  g_weak_ref_clear (&origin->transporter);
  g_mutex_clear (&origin->mutex);
  g_free (origin->mails);
  g_free (origin);
}

static const ImapFetch *
get_fetch (EmailSource *source)
{
  MailSource *self = (MailSource *) source;

  return &g_array_index (self->origin->fetched->fetches, ImapFetch, self->index);
}

static char *
dup_id (EmailSource *source)
{
  return g_strdup_printf ("%u", get_fetch (source)->uid);
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

/* What came counts, whatever the server says of it. */
static gint64
get_size (EmailSource *source)
{
  g_autoptr (GBytes) mime = dup_mime (source);

  return mime != NULL ? (gint64) g_bytes_get_size (mime) : get_fetch (source)->size;
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

static gboolean
read_envelope_text (EmailSource *source, EmailEnvelopeField field, char **out_text)
{
  return imap_fetch_read_envelope_text (get_fetch (source), field, out_text);
}

static gboolean
read_envelope_addresses (EmailSource *source, EmailEnvelopeField field, GPtrArray *addresses)
{
  return imap_fetch_read_envelope_addresses (get_fetch (source), field, addresses);
}

static EmailStructure *
dup_structure (EmailSource *source)
{
  return imap_fetch_parse_structure (get_fetch (source));
}

static GImapTransporter *
dup_transporter (MailSource *self, GError **error)
{
  GImapTransporter *transporter = g_weak_ref_get (&self->origin->transporter);

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
    .box = self->origin->fetched->box,
    .uid_validity = self->origin->fetched->uid_validity,
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

/* From here on it is not handed out any more. Nobody else can have got it but in the moment before:
 * that one keeps a mail that is as good, and who asks next gets another. */
static void
mail_disposed (EmailSource *source, gpointer mail)
{
  MailSource *self = (MailSource *) source;
  ImapMailOrigin *origin = self->origin;

  g_mutex_lock (&origin->mutex);
  if (origin->mails[self->index] == mail)
    origin->mails[self->index] = NULL;
  g_mutex_unlock (&origin->mutex);
}

static void
finalize (EmailSource *source)
{
  imap_mail_origin_unref (((MailSource *) source)->origin);
  g_free (source);
}

static const EmailSourceClass mail_source_class = {
  .dup_id = dup_id,
  .get_size = get_size,
  .dup_received_at = dup_received_at,
  .dup_flags = dup_flags,
  .dup_mime = dup_mime,
  .dup_header = dup_header,
  .dup_envelope = dup_envelope,
  .read_envelope_text = read_envelope_text,
  .read_envelope_addresses = read_envelope_addresses,
  .dup_structure = dup_structure,
  .open_part = open_part,
  .open_part_async = open_part_async,
  .open_part_finish = open_part_finish,
  .mail_disposed = mail_disposed,
  .finalize = finalize,
};

static EmailSource *
source_new (ImapMailOrigin *origin, guint index)
{
  MailSource *self = g_new (MailSource, 1);

  email_source_init (&self->parent, &mail_source_class);
  self->origin = imap_mail_origin_ref (origin);
  self->index = index;

  return &self->parent;
}

EmailSource *
imap_mail_source_new (ImapFetched *fetched, guint index, GImapTransporter *transporter)
{
  g_autoptr (ImapMailOrigin) origin = imap_mail_origin_new (fetched, transporter);

  return source_new (origin, index);
}

static GEmail *
make_mail (ImapMailOrigin *origin, guint index)
{
  g_autoptr (EmailSource) source = source_new (origin, index);

  return email_new_received (source);
}

/* A weak reference for each mail would do the same at the price of the mail itself. */
GEmail *
imap_mail_origin_get_mail (ImapMailOrigin *origin, guint index)
{
  GEmail *mail;

  g_mutex_lock (&origin->mutex);
  mail = origin->mails[index];
  if (mail != NULL)
    g_object_ref (mail);
  else
    origin->mails[index] = mail = make_mail (origin, index);
  g_mutex_unlock (&origin->mutex);

  return mail;
}
