/* One section of a mail as a stream: asked for piece by piece, as it is read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-section-stream.h"

#include "gimap4d/imap/command/imap-fetch-window.h"
#include "gimap4d/imap/imap-transporter-private.h"

#include <string.h>

struct _ImapSectionStream
{
  GInputStream parent_instance;

  GImapTransporter *transporter; /* owned */
  guint32 uid;
  char *section; /* owned */
  char *box;     /* owned */
  guint32 uid_validity;

  GBytes *piece; /* owned, nullable: what was not read of the last one */
  guint64 next;  /* where the next one begins */
  gboolean is_last;
  ImapWindowForm form;
  guint64 total; /* octets, when the server decodes it */
};

G_DEFINE_FINAL_TYPE (ImapSectionStream, imap_section_stream, G_TYPE_INPUT_STREAM)

static void
imap_section_stream_init (ImapSectionStream *self)
{
}

static void
imap_section_stream_finalize (GObject *object)
{
  ImapSectionStream *self = IMAP_SECTION_STREAM (object);

  g_clear_object (&self->transporter);
  g_clear_pointer (&self->piece, g_bytes_unref);
  g_free (self->section);
  g_free (self->box);

  G_OBJECT_CLASS (imap_section_stream_parent_class)->finalize (object);
}

/* A piece that is shorter than it was asked for is the last one. */
static void
take_piece (ImapSectionStream *self, ImapWindow *window)
{
  gsize size = g_bytes_get_size (window->bytes);

  g_clear_pointer (&self->piece, g_bytes_unref);
  self->piece = g_bytes_ref (window->bytes);
  self->next += size;
  self->is_last = size < IMAP_SECTION_WINDOW || (window->is_decoded && self->next >= self->total);
  imap_window_free (window);
}

static gboolean
has_piece (ImapSectionStream *self)
{
  return self->piece != NULL && g_bytes_get_size (self->piece) > 0;
}

static gssize
copy_out (ImapSectionStream *self, void *buffer, gsize count)
{
  gsize size;
  const void *data = g_bytes_get_data (self->piece, &size);
  gsize n = MIN (size, count);
  GBytes *rest;

  memcpy (buffer, data, n);
  rest = g_bytes_new_from_bytes (self->piece, n, size - n);
  g_bytes_unref (self->piece);
  self->piece = rest;

  return (gssize) n;
}

static gpointer
make_operation (ImapSectionStream *self, gboolean update_seen)
{
  ImapOperation *operation = imap_fetch_window_operation_new (self->uid, self->section, self->next,
                                                              IMAP_SECTION_WINDOW, update_seen);

  imap_fetch_window_operation_set_form (operation, self->form, self->total);
  operation->box = g_strdup (self->box);
  operation->uid_validity = self->uid_validity;

  return operation;
}

static gssize
imap_section_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  ImapSectionStream *self = IMAP_SECTION_STREAM (stream);

  if (!has_piece (self) && !self->is_last)
    {
      ImapWindow *window = imap_transporter_call (self->transporter, make_operation (self, FALSE),
                                                  cancellable, error);

      if (window == NULL)
        return -1;
      take_piece (self, window);
    }

  return has_piece (self) ? copy_out (self, buffer, count) : 0;
}

typedef struct
{
  void *buffer; /* unowned: the reader's */
  gsize count;
} Read;

static void
piece_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ImapSectionStream *self = g_task_get_source_object (task);
  Read *read = g_task_get_task_data (task);
  GError *error = NULL;
  ImapWindow *window = imap_transporter_call_finish (G_IMAP_TRANSPORTER (source), result,
                                                     imap_section_stream_read, &error);

  if (window == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  take_piece (self, window);
  g_task_return_int (task, has_piece (self) ? copy_out (self, read->buffer, read->count) : 0);
}

static void
imap_section_stream_read_async (GInputStream *stream,
                                void *buffer,
                                gsize count,
                                int io_priority,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  ImapSectionStream *self = IMAP_SECTION_STREAM (stream);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Read *read;

  g_task_set_source_tag (task, imap_section_stream_read_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  if (has_piece (self) || self->is_last)
    {
      g_task_return_int (task, has_piece (self) ? copy_out (self, buffer, count) : 0);
      return;
    }

  read = g_new (Read, 1);
  read->buffer = buffer;
  read->count = count;
  g_task_set_task_data (task, read, g_free);
  imap_transporter_call_async (self->transporter, make_operation (self, FALSE), NULL,
                               imap_section_stream_read, cancellable, piece_cb,
                               g_steal_pointer (&task));
}

static gssize
imap_section_stream_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
imap_section_stream_class_init (ImapSectionStreamClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = imap_section_stream_finalize;
  stream_class->read_fn = imap_section_stream_read;
  stream_class->read_async = imap_section_stream_read_async;
  stream_class->read_finish = imap_section_stream_read_finish;
}

static ImapSectionStream *
stream_new (GImapTransporter *transporter, const ImapSectionPlace *place)
{
  ImapSectionStream *self = g_object_new (IMAP_TYPE_SECTION_STREAM, NULL);

  self->transporter = g_object_ref (transporter);
  self->uid = place->uid;
  self->section = g_strdup (place->section);
  self->box = g_strdup (place->box);
  self->uid_validity = place->uid_validity;
  self->form = place->is_best_decoded ? IMAP_WINDOW_BEST_DECODED : IMAP_WINDOW_RAW;

  return self;
}

/* The first piece says which box the id is of from now on. Takes it. */
static void
take_first_piece (ImapSectionStream *self, ImapWindow *window)
{
  if (self->box == NULL)
    self->box = g_strdup (window->box);
  if (self->uid_validity == 0)
    self->uid_validity = window->uid_validity;
  self->form = window->is_decoded ? IMAP_WINDOW_DECODED : IMAP_WINDOW_RAW;
  self->total = window->total;
  take_piece (self, window);
}

GInputStream *
imap_section_stream_open (GImapTransporter *transporter,
                          const ImapSectionPlace *place,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (ImapSectionStream) self = stream_new (transporter, place);
  ImapWindow *window = imap_transporter_call (
      transporter, make_operation (self, place->update_seen), cancellable, error);

  if (window == NULL)
    return NULL;
  take_first_piece (self, window);

  return G_INPUT_STREAM (g_steal_pointer (&self));
}

static void
first_piece_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ImapSectionStream *self = g_task_get_task_data (task);
  GError *error = NULL;
  ImapWindow *window = imap_transporter_call_finish (G_IMAP_TRANSPORTER (source), result,
                                                     imap_section_stream_open_async, &error);

  if (window == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  take_first_piece (self, window);
  g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

void
imap_section_stream_open_async (GImapTransporter *transporter,
                                const ImapSectionPlace *place,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (transporter, cancellable, callback, user_data);
  ImapSectionStream *self = stream_new (transporter, place);

  g_task_set_source_tag (task, imap_section_stream_open_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, self, g_object_unref);
  imap_transporter_call_async (transporter, make_operation (self, place->update_seen), NULL,
                               imap_section_stream_open_async, cancellable, first_piece_cb, task);
}

GInputStream *
imap_section_stream_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

GBytes *
imap_section_stream_dup_piece (GInputStream *stream)
{
  return g_bytes_ref (IMAP_SECTION_STREAM (stream)->piece);
}

gboolean
imap_section_stream_is_decoded (GInputStream *stream)
{
  return IMAP_SECTION_STREAM (stream)->form == IMAP_WINDOW_DECODED;
}

void
imap_section_stream_bind_place (GInputStream *stream, ImapSectionPlace *place)
{
  ImapSectionStream *self = IMAP_SECTION_STREAM (stream);

  place->box = self->box;
  place->uid_validity = self->uid_validity;
}

GImapTransporter *
imap_section_stream_get_transporter (ImapSectionStream *self)
{
  return self->transporter;
}
