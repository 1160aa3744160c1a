/* A server in the test's own main loop, and clients beside it: curl, and bytes on a socket.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/gimap4d.h"

G_BEGIN_DECLS

typedef struct
{
  GRestServer *server;
  guint16 port;
  const char *scheme; /* "http" */
  GString *failures;  /* what call-failed told */
} ServerFixture;

ServerFixture *server_fixture_new (const char *project_name);

/* Begins to listen, after properties have been set. */
void server_fixture_listen (ServerFixture *fixture);

/* Stops the server, waits until it has, and looks whether anything was left over. */
void server_fixture_free (ServerFixture *fixture);

/* What came back until the server closed. @step: how many bytes are written at once, 0 for all. */
char *server_fixture_talk (ServerFixture *fixture, const void *bytes, gsize size, gsize step);

/* The same for a text to which the server answers. */
char *server_fixture_ask (ServerFixture *fixture, const char *text);

/* Standard output of curl for a path of this server; NULL ends the further arguments. */
GBytes *server_fixture_curl (ServerFixture *fixture, const char *path, ...) G_GNUC_NULL_TERMINATED;
char *server_fixture_curl_text (ServerFixture *fixture,
                                const char *path,
                                ...) G_GNUC_NULL_TERMINATED;

/* Claims about an answer; what fails shows all of it. */
void assert_has (const char *text, const char *part);
void assert_lacks (const char *text, const char *part);
void assert_status (const char *answer, int status);

/* How often it stands there. */
guint count_text (const char *text, const char *part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerFixture, server_fixture_free)

G_END_DECLS
