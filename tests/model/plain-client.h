/* A small IMAP client of the test's own, which shares no code with the library.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "model.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  PLAIN_OK,
  PLAIN_REFUSED, /* NO or BAD */
  PLAIN_NOT_SENT,
  PLAIN_LOST, /* sent, and no answer came */
} PlainResult;

typedef struct
{
  GSocketConnection *connection; /* owned, NULL = none */
  GDataInputStream *input;       /* owned */
  GOutputStream *output;         /* unowned */
  guint n_tags;
  GPtrArray *lines; /* of the last command: untagged ones, literals included, then the tagged one */
} PlainClient;

PlainClient *plain_client_new (void);
void plain_client_free (PlainClient *client);
void plain_client_close (PlainClient *client);

/* Connects when it has to. @literal may be NULL: it follows the command. */
PlainResult plain_client_run (PlainClient *client, const char *command, GBytes *literal);

/* The text of the tagged answer. */
const char *plain_client_get_answer (PlainClient *client);

/* All mails of a box (of ModelEntry); tries again when the connection is lost. */
GArray *plain_client_list (PlainClient *client, const char *wire_name);

G_END_DECLS
