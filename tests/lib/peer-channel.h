/* The connection of a scripted peer: bytes in and out, in chunks, with TLS and deadlines.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* No wait of a peer is longer, so that no test hangs. */
#define PEER_DEADLINE_SECONDS 10

/* What all connections of a peer share: what they got from their clients, and when to end. */
typedef struct
{
  GMutex mutex;
  gint is_stopping;  /* atomic; who sets it wakes the contexts of the channels */
  GByteArray *plain; /* owned */
  GByteArray *tls;   /* owned: what came inside of TLS */
  guint n_flights;
  GString *transcript; /* owned: what went to and fro, with the times since start */
  gint64 start;        /* monotonic µs */

  /* Set before there are connections. */
  guint64 *n_sent; /* unowned, atomic: the bytes that went to the clients, inside of TLS or not */
  guint64 cut_at;  /* so many bytes are sent, then the connection ends, without close_notify */
} PeerRecord;

typedef enum
{
  PEER_CHUNK_WHOLE,
  PEER_CHUNK_ONE,
  PEER_CHUNK_RANDOM,
} PeerChunk;

typedef struct _PeerChannel PeerChannel;

/* Used from one thread, the one that made it, and with its default context. */
PeerChannel *peer_channel_new (GSocket *socket, PeerRecord *record, GByteArray *received);
void peer_channel_free (PeerChannel *channel);

void peer_channel_set_chunk (PeerChannel *channel, PeerChunk chunk, guint32 seed);
void peer_channel_set_drip (PeerChannel *channel, guint bytes_per_second);

/* The bytes go out with the next call that is not push (), or when they are many. */
gboolean peer_channel_push (PeerChannel *channel, const void *data, gsize length, GError **error);
gboolean peer_channel_flush (PeerChannel *channel, GError **error);

/* An ended connection is G_IO_ERROR_CONNECTION_CLOSED, whatever way it ended.
 * Returns: (transfer full) (nullable): without its CRLF */
GBytes *peer_channel_read_line (PeerChannel *channel, GError **error);
GBytes *peer_channel_read_bytes (PeerChannel *channel, gsize length, GError **error);
/* Returns: the bytes that came before the end, and FALSE when the end did not come in time. */
gboolean peer_channel_read_to_end (PeerChannel *channel, gsize *out_length, GError **error);

gboolean peer_channel_start_tls (PeerChannel *channel,
                                 GTlsCertificate *certificate,
                                 GError **error);
/* From here on both directions are compressed (RFC 4978); the record has what it was before. */
gboolean peer_channel_start_deflate (PeerChannel *channel, GError **error);
void peer_channel_sleep (PeerChannel *channel, guint milliseconds);

/* Orderly: close_notify under TLS, then FIN. */
void peer_channel_close (PeerChannel *channel);
/* FIN without close_notify. */
void peer_channel_close_without_notify (PeerChannel *channel);
void peer_channel_reset (PeerChannel *channel);
/* FIN now, but still reads. */
void peer_channel_half_close (PeerChannel *channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerChannel, peer_channel_free)

G_END_DECLS
