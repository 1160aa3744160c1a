/* The text of a scripted peer as steps, and the patterns and variables in them. No I/O.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PEER_VERB_SEND,
  PEER_VERB_SEND_RAW,
  PEER_VERB_SEND_LOWER,
  PEER_VERB_SEND_FILL,
  PEER_VERB_SEND_FILE,
  PEER_VERB_SEND_LITERAL,
  PEER_VERB_EXPECT,
  PEER_VERB_EXPECT_REGEX,
  PEER_VERB_EXPECT_RAW,
  PEER_VERB_EXPECT_BYTES,
  PEER_VERB_EXPECT_CLOSE,
  PEER_VERB_MAY_CLOSE,
  PEER_VERB_TLS,
  PEER_VERB_NO_TLS,
  PEER_VERB_DEFLATE,
  PEER_VERB_CERTIFICATE,
  PEER_VERB_DELAY,
  PEER_VERB_CHUNK,
  PEER_VERB_DRIP,
  PEER_VERB_REPEAT,
  PEER_VERB_END,
  PEER_VERB_CUT,
  PEER_VERB_FIN,
  PEER_VERB_RST,
  PEER_VERB_TLS_NO_CLOSE_NOTIFY,
  PEER_VERB_STALL,
  PEER_VERB_SEND_BASE64,
  PEER_VERB_EXPECT_BASE64,
  PEER_VERB_OPTIONAL,
} PeerVerb;

typedef struct
{
  PeerVerb verb;
  guint line;     /* in the script, from 1 */
  char *source;   /* owned: the line as it was written, for messages */
  char *argument; /* owned: what follows the verb */
  GBytes *bytes;  /* owned, nullable: what the step sends, when that is always the same */
  guint partner;  /* of REPEAT and SEND_LITERAL: the index of its END, and the other way round */
} PeerStep;

/* Ends the program when the text is no script: that is a mistake in the test.
 * Returns: (transfer full) (element-type PeerStep) */
GPtrArray *peer_script_parse (const char *text);

/* The variables $1, $2, … that C: lines bind, and $#, the round of the innermost repeat. */
typedef struct _PeerVariables PeerVariables;

PeerVariables *peer_variables_new (void);
void peer_variables_free (PeerVariables *variables);
void peer_variables_set_round (PeerVariables *variables, guint64 round);

/* Puts values for variables; ends the program when one is not bound. */
char *peer_variables_expand (PeerVariables *variables, const char *text);

/* Expands \r, \n, \t, \\ and \xHH. */
GBytes *peer_script_unescape (const char *text);

/* Whether the line is what the step wants; binds the variables that the step names first. */
gboolean peer_variables_match (PeerVariables *variables,
                               const PeerStep *step,
                               const char *line,
                               gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerVariables, peer_variables_free)

G_END_DECLS
