/* An IMAP server that follows a script, over real sockets, in its own threads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

/* A script has one step a line; blank lines and lines with # are comments, leading space is free.
 *
 *   S: text            sends text and CRLF. Steps that send without anything between them are one
 *                      write, cut as chunk says
 *   S-raw: text        sends text with \r \n \t \\ \xHH expanded, no CRLF
 *   S-lower: text      as S:, in lower case, variables too
 *   S-fill: N c        sends the character c N times
 *   S-file: path       sends a file of the tests' source folder
 *   S-literal … end    sends {N}, CRLF and what the steps between send, which is N bytes; only
 *                      steps that send, and repeat, stand there. They are gone through twice,
 *                      so that a literal of any size is never in memory
 *   C: pattern         the next line of the client; * stands for any text. $1 … $99 stands for a
 *                      word: the first C: binds it, later steps use it, S: ones too. Any other $
 *                      is itself
 *   C~ regex           the same with a regular expression for the whole line
 *   C-raw: text        exactly these bytes come next (escapes as in S-raw:)
 *   S-base64: text     sends text as a challenge of SASL, with the escapes of S-raw:
 *   C-base64: pattern  the next line is base64, its content as in C:
 *   C-bytes: N         any N bytes come next
 *   expect-close       the client closes, and sends nothing before
 *   may-close          from here on the client may close at any time, the rest is left out
 *   optional           stands first: this connection need not come, nor those after it
 *   tls                TLS handshake now
 *   no-tls             stands first with SCRIPTED_PEER_TLS: this connection has no TLS all the same
 *   deflate            both directions are compressed from here on
 *   certificate NAME   for the next tls: server (as long as nothing is said), expired, other-name,
 *                      other-ca, not-yet, self-signed, common-name (no other names), wildcard
 *                      (*.com), nul (in its name); wants to stand first with SCRIPTED_PEER_TLS
 *   delay MS           waits
 *   chunk 1|whole|random SEED    how the bytes are cut from here on
 *   drip N/s           N bytes a second from here on, 0/s ends that
 *   repeat N … end     the steps between N times; $# is the round, from 1
 *   cut                closes (close_notify, FIN)
 *   tls-no-close-notify   closes TCP without close_notify
 *   fin                FIN, but still reads
 *   rst                resets the connection
 *   stall              says nothing more and keeps the connection open
 *
 * After the last step the peer reads what still comes and keeps the connection open until the
 * client closes it or the peer is freed. Every wait ends after ten seconds.
 *
 * A comment "# line N" says that the next line is the N-th one of the file that the script is from.
 *
 * A flight is what a client writes without waiting for an answer. To count it surely, put the C:
 * steps of a flight together, before the S: steps that answer them.
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SCRIPTED_PEER_NONE = 0,
  SCRIPTED_PEER_TLS = 1 << 0,          /* TLS from the first byte */
  SCRIPTED_PEER_CHUNK_ONE = 1 << 1,    /* as if each script began with chunk 1 */
  SCRIPTED_PEER_CHUNK_RANDOM = 1 << 2, /* … chunk random, with a seed of g_test_rand_int () */
  SCRIPTED_PEER_LAST_AGAIN = 1 << 3,   /* the last script serves all further connections */
  SCRIPTED_PEER_ENDS = 1 << 4, /* LOGOUT is answered after the last step, unless that stalls */
} ScriptedPeerFlags;

typedef struct _ScriptedPeer ScriptedPeer;

/* Listens on 127.0.0.1 when it returns. */
ScriptedPeer *scripted_peer_new (const char *script, ScriptedPeerFlags flags);

/* The first connection gets the first script, and so on; NULL-terminated. */
ScriptedPeer *scripted_peer_new_many (const char *const *scripts, ScriptedPeerFlags flags);

/* More about a peer. */
typedef struct
{
  ScriptedPeerFlags flags;
  guint32 seed;    /* of SCRIPTED_PEER_CHUNK_RANDOM */
  guint64 cut_at;  /* the connection ends after so many bytes; G_MAXUINT64: it does not */
  guint64 *n_sent; /* nullable: where the bytes that were sent are counted, atomically */
} ScriptedPeerOptions;

ScriptedPeer *scripted_peer_new_with_options (const char *const *scripts,
                                              const ScriptedPeerOptions *options);

/* Closes what is open, waits for the threads. */
void scripted_peer_free (ScriptedPeer *peer);

guint16 scripted_peer_get_port (ScriptedPeer *peer);
guint scripted_peer_get_n_connections (ScriptedPeer *peer);

/* Counted over all connections. */
guint scripted_peer_get_n_flights (ScriptedPeer *peer);

/* Everything that the clients wrote outside of TLS, without the handshakes, or inside of it.
 * Complete once the client has closed and the peer is done.
 * Returns: (transfer full) */
GBytes *scripted_peer_get_received (ScriptedPeer *peer, gboolean is_inside_tls);

/* The same of one connection, from 0, whether inside of TLS or not. Returns: (transfer full) */
GBytes *scripted_peer_get_received_by (ScriptedPeer *peer, guint connection);

/* What went to and fro, with times in ms, for people. Returns: (transfer full) */
char *scripted_peer_dup_transcript (ScriptedPeer *peer);

/* Waits until all scripts have come to their end, or one did not fit.
 * Returns: (transfer full) (nullable): what did not fit, NULL when all did */
char *scripted_peer_dup_problem (ScriptedPeer *peer);

/* Waits likewise, and fails the test with the problem. */
#define scripted_peer_assert_done(peer)                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *scripted_peer_problem = scripted_peer_dup_problem (peer);                     \
                                                                                                   \
    g_assert_cmpstr (scripted_peer_problem, ==, NULL);                                             \
  }                                                                                                \
  G_STMT_END

/* Waits until all connections that were made have ended, two seconds at most: what was received is
 * whole then. */
void scripted_peer_await_ends (ScriptedPeer *peer);

/* The file with the authority that signed the peers' certificates (not other-ca's). */
const char *scripted_peer_get_authority_path (void);

/* Trusts that authority and nobody else. Returns: (transfer full) */
GTlsDatabase *scripted_peer_new_database (void);

/* One of those of the step certificate, or client; with its key. Returns: (transfer full) */
GTlsCertificate *scripted_peer_get_certificate (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptedPeer, scripted_peer_free)

G_END_DECLS
