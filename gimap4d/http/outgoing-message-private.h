/* What the files of GOutgoingMessage share, and what those see of it who send it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-outgoing-message.h"
#include "gimap4d/http/outgoing-body.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  char *value;
} OutgoingHeader;

typedef struct
{
  char *plain;
  char *secure;
} OutgoingCookie;

struct _GOutgoingMessage
{
  GObject parent_instance;

  GValue body;             /* as it was given; not initialised while there is none */
  OutgoingBody *wire_body; /* owned, nullable: the same, as it is sent */
  GPtrArray *headers;      /* owned, of OutgoingHeader, in the order of setting */
  GPtrArray *cookies;      /* owned, of OutgoingCookie */
  int status;
  gboolean add_charset;
  gboolean is_secret;
  gboolean is_sent;
};

typedef void (*OutgoingHeaderFunc) (const char *name, const char *value, gpointer data);

/* From here on the message does not change any more. Fails when a stream in it was sent before. */
gboolean outgoing_message_begin_sending (GOutgoingMessage *self, GError **error);

/* Headers as they go to the wire, in ISO-8859-1, each cookie for itself; the content type with its
 * charset, and one chosen by the body where the application set none. */
void outgoing_message_foreach_wire_header (GOutgoingMessage *self,
                                           gboolean is_secure,
                                           OutgoingHeaderFunc func,
                                           gpointer data);

/* The header, or what a file says where the application set none; NULL when neither does. */
char *outgoing_message_dup_last_modified (GOutgoingMessage *self);

/* NULL when there is none. */
OutgoingBody *outgoing_message_get_wire_body (GOutgoingMessage *self);

/* The body with the content type that it brings along: the typed forms and set_body do this. */
gboolean outgoing_message_take_body (GOutgoingMessage *self,
                                     const GValue *value,
                                     OutgoingBody *body,
                                     GError **error);

/* All-or-nothing checks for calls that set more than one thing. */
gboolean outgoing_message_is_open (GOutgoingMessage *self, GError **error);

/* Sets a header that is known to be right, in place of one of the same name. */
void outgoing_message_replace_header (GOutgoingMessage *self, const char *name, const char *value);

/* A line for Set-Cookie that is known to be right, as it goes over plain HTTP and over TLS. */
gboolean outgoing_message_add_cookie_line (GOutgoingMessage *self,
                                           const char *plain_line,
                                           const char *secure_line,
                                           GError **error);

G_END_DECLS
