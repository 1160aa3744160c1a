/* Bytes in and out of one stream, without blocking, in the thread-default context.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ImapChannel ImapChannel;

/* Who gets what is read. Any of these may free the channel or steal its stream. */
typedef struct
{
  guint8 *(*reserve) (gpointer user, gsize *out_size);
  void (*commit) (gpointer user, gsize n_read);
  /* The last call: the stream has ended (@error NULL), or failed. */
  void (*closed) (gpointer user, const GError *error);
  /* What could not be written at once has gone. */
  void (*written) (gpointer user);
} ImapChannelSink;

ImapChannel *imap_channel_new (GIOStream *stream, const ImapChannelSink *sink, gpointer user);
/* Stops at once; the stream is closed in the background when it was not stolen. */
void imap_channel_free (ImapChannel *channel);

/* From here on both directions are compressed (RFC 4978). @surplus: what was read behind the
 * server's consent already. Nothing may be waiting to be written. */
void imap_channel_start_deflate (ImapChannel *channel, GBytes *surplus);

/* Queues; several pieces go out together with the next flush. */
void imap_channel_write (ImapChannel *channel, GBytes *bytes);
void imap_channel_flush (ImapChannel *channel);
gboolean imap_channel_has_unwritten (const ImapChannel *channel);
/* While it is paused nothing is read: the peer is held up by TCP. What waits to be written goes on. */
void imap_channel_set_paused (ImapChannel *channel, gboolean is_paused);
/* Octets that went to the stream and came from it, as they are there: compressed or not. */
guint64 imap_channel_get_n_written (const ImapChannel *channel);
guint64 imap_channel_get_n_read (const ImapChannel *channel);

/* No more reading; what was not written is dropped. The stream is the caller's. */
GIOStream *imap_channel_steal_stream (ImapChannel *channel);

G_END_DECLS
