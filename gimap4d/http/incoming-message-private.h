/* How a request is put together before a function sees it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-incoming-message.h"

G_BEGIN_DECLS

struct _GIncomingMessage
{
  GObject parent_instance;

  char *url;             /* owned */
  GStrv url_path;        /* owned */
  GPtrArray *fields;     /* owned, of HttpField: the query */
  GHashTable *url_query; /* owned */
  char *verb;            /* owned */
  GHashTable *headers;   /* owned */
  GBytes *body;          /* owned */
  char *remote_address;  /* owned */
  gboolean is_secure;
  GRestSession *session;     /* owned, nullable */
  GHashTable *path_params;   /* owned */
  GCancellable *cancellable; /* owned */
  GCancellable *stopping;    /* owned, nullable: cancelled when the server stops */
  GMutex mutex;              /* for what follows */
  GPtrArray *parts; /* (element-type GIncomingPart) owned, nullable: once they were asked for */
  GError *fault;    /* owned, nullable: why the body could not be read as what was asked for */
};

GIncomingMessage *incoming_message_new (SoupServerMessage *message,
                                        GBytes *body,
                                        const char *remote_address,
                                        gboolean is_secure);
/* What is cancelled when the server stops; NULL where there is none. */
void incoming_message_set_stopping (GIncomingMessage *self, GCancellable *stopping);
GCancellable *incoming_message_get_stopping (GIncomingMessage *self);

/* Whether an error tells what is wrong with the body, which is its sender's fault. */
gboolean incoming_message_is_fault (GIncomingMessage *self, const GError *error);

void incoming_message_set_session (GIncomingMessage *self, GRestSession *session);

G_END_DECLS
