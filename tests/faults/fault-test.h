/* What the tests with faults share: the shim, peers beside it, and conversations that go well.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "fault-shim.h"
#include "peer-process.h"

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

/* NULL where it is not loaded. */
const FaultShim *fault_test_find_shim (void);

/* A script begins with it: logged in, without encryption. The peer may be left at any time, because
 * that is what faults lead to. */
#define FAULT_TEST_LOGIN                                                                           \
  "may-close\n"                                                                                    \
  "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\n"                                      \
  "C: $1 AUTHENTICATE PLAIN *\nS: $1 OK [CAPABILITY IMAP4rev1 UIDPLUS] in\n"

/* Something that is done over a connection of its own, and the same each time. */
typedef struct
{
  const char *name;
  const char *script;
  const char *host;
  GImapTlsMode tls_mode;
  gboolean is_compressed;
  /* Returns: (transfer full) (nullable): what came out, as text */
  char *(*run) (GImapTransporter *transporter, GError **error);
  guint response_timeout; /* 0 for one that is never reached */
} Conversation;

/* Ends with a name of NULL. */
extern const Conversation fault_test_conversations[];

/* A mail of three megabytes, and one of two hundred. */
extern const Conversation fault_test_large;
extern const Conversation fault_test_huge;

/* Makes the processes of the peers: in main, before anything else. */
void fault_test_begin_peers (void);
void fault_test_end_peers (void);

/* A peer that plays one script on each connection, where nothing fails. */
typedef struct
{
  PeerProcess *process; /* unowned */
  guint port;
} FaultPeer;

FaultPeer *fault_peer_new (const char *script);
void fault_peer_free (FaultPeer *peer);

/* Not connected yet. */
GImapTransporter *fault_test_new_transporter (const Conversation *conversation, FaultPeer *peer);

/* Runs it with a transporter of its own, and waits until all descriptors are closed again. */
char *fault_test_converse (const Conversation *conversation, FaultPeer *peer, GError **error);

/* Of the library, and it says with whom. */
void fault_test_assert_clean (const GError *error, const Conversation *conversation);

guint fault_test_count_descriptors (void);

/* From the nth call, which failed, to the next that is to; a sample leaves out many of the later ones. */
guint fault_test_get_step (guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultPeer, fault_peer_free)

G_END_DECLS
