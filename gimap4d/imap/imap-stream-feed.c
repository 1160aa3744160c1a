/* A mail that is read from a stream while it is appended: in the thread of the caller, never in the
 * I/O thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-stream-feed.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

#include <string.h>

typedef struct
{
  gatomicrefcount ref_count;
  GInputStream *stream; /* unowned: the caller's, as long as he waits */
  guint64 size;
  guint64 n_read;
  gboolean is_async;

  GCancellable *cancellable; /* owned: of the reading alone */
  GCancellable *callers;     /* owned, nullable */
  gulong cancelled_id;
} StreamFeed;

/* One piece on its way from the stream to the operation. */
typedef struct
{
  StreamFeed *feed;         /* owned */
  ImapOperation *operation; /* owned */
  GObject *object;          /* owned: with it the connection is alive */
  char *bytes;              /* owned, nullable */
  gsize size;
  gsize n_read;
  char surplus; /* what may stand behind the end */
} Piece;

static void
stream_feed_unref (gpointer data)
{
  StreamFeed *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_cancellable_disconnect (self->callers, self->cancelled_id);
  g_clear_object (&self->callers);
  g_clear_object (&self->cancellable);
  g_free (self);
}

static Piece *
piece_new (StreamFeed *feed, gpointer operation, gpointer object, gsize size)
{
  Piece *piece = g_new0 (Piece, 1);

  g_atomic_ref_count_inc (&feed->ref_count);
  piece->feed = feed;
  piece->operation = imap_operation_ref (operation);
  piece->object = g_object_ref (object);
  piece->bytes = g_malloc (size);
  piece->size = size;

  return piece;
}

static void
piece_free (Piece *piece)
{
  g_free (piece->bytes);
  imap_operation_unref (piece->operation);
  g_object_unref (piece->object);
  stream_feed_unref (piece->feed);
  g_free (piece);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Piece, piece_free)

/* Takes the error; NULL gives the piece. */
static void
give (Piece *piece, GError *error)
{
  imap_append_operation_give (
      piece->operation,
      error == NULL ? g_bytes_new_take (g_steal_pointer (&piece->bytes), piece->size) : NULL,
      error);
}

static void
note_read (Piece *piece, gssize n)
{
  if (n <= 0)
    return;

  piece->n_read += n;
  imap_append_operation_note_read (piece->operation, n);
}

static gboolean
check_piece (Piece *piece, GError **error)
{
  StreamFeed *feed = piece->feed;

  feed->n_read += piece->n_read;
  if (piece->n_read < piece->size)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("the stream ended after %llu octets, and the mail should have %llu"),
                   (unsigned long long) feed->n_read, (unsigned long long) feed->size);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_surplus (Piece *piece, gssize n_read, GError **error)
{
  if (n_read > 0)
    g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                 _ ("the stream goes on after the %llu octets that the mail should have"),
                 (unsigned long long) piece->feed->size);

  return n_read == 0;
}

/* As read_all does; each step is told, so that a slow stream is known from one that has stopped. */
static gboolean
fill (Piece *piece, GError **error)
{
  gssize n = 1;

  while (piece->n_read < piece->size && n > 0)
    {
      n = g_input_stream_read (piece->feed->stream, piece->bytes + piece->n_read,
                               piece->size - piece->n_read, piece->feed->cancellable, error);
      note_read (piece, n);
    }

  return n >= 0;
}

static void
read_now (Piece *piece)
{
  StreamFeed *feed = piece->feed;
  GError *error = NULL;

  if (!fill (piece, &error) || !check_piece (piece, &error))
    {
      give (piece, error);
      return;
    }
  if (feed->n_read == feed->size)
    check_surplus (
        piece, g_input_stream_read (feed->stream, &piece->surplus, 1, feed->cancellable, &error),
        &error);
  give (piece, error);
}

static void
surplus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Piece) piece = user_data;
  GError *error = NULL;

  check_surplus (piece, g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error),
                 &error);
  give (piece, error);
}

static void fill_later (Piece *piece);

static void
piece_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Piece) piece = user_data;
  GInputStream *stream = G_INPUT_STREAM (source);
  GError *error = NULL;
  gssize n = g_input_stream_read_finish (stream, result, &error);

  note_read (piece, n);
  if (n > 0 && piece->n_read < piece->size)
    {
      fill_later (g_steal_pointer (&piece));
      return;
    }
  if (n < 0 || !check_piece (piece, &error) || piece->feed->n_read < piece->feed->size)
    {
      give (piece, error);
      return;
    }

  g_input_stream_read_async (stream, &piece->surplus, 1, G_PRIORITY_DEFAULT,
                             piece->feed->cancellable, surplus_cb, piece);
  g_steal_pointer (&piece);
}

/* Takes the piece. */
static void
fill_later (Piece *piece)
{
  g_input_stream_read_async (piece->feed->stream, piece->bytes + piece->n_read,
                             piece->size - piece->n_read, G_PRIORITY_DEFAULT,
                             piece->feed->cancellable, piece_cb, piece);
}

static void
read_piece (gpointer object, gpointer operation, gsize size, gpointer data)
{
  StreamFeed *self = data;
  g_autoptr (Piece) piece = piece_new (self, operation, object, size);

  if (self->is_async)
    fill_later (g_steal_pointer (&piece));
  else
    read_now (piece);
}

static void
stop (gpointer data)
{
  g_cancellable_cancel (((StreamFeed *) data)->cancellable);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

ImapAppendFeed
imap_stream_feed_new (GInputStream *stream,
                      guint64 size,
                      gboolean is_async,
                      GCancellable *cancellable)
{
  StreamFeed *self = g_new0 (StreamFeed, 1);
  ImapAppendFeed feed = { size, read_piece, stop, stream_feed_unref, self };

  g_atomic_ref_count_init (&self->ref_count);
  self->stream = stream;
  self->size = size;
  self->is_async = is_async;
  self->cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    {
      self->callers = g_object_ref (cancellable);
      self->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                  g_object_ref (self->cancellable), g_object_unref);
    }

  return feed;
}
