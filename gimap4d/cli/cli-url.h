/* The URL that says where the mail is: imaps://user@host:port/box (RFC 5092).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean is_implicit_tls; /* imaps:// */
  char *user;
  char *host; /* without the brackets of an IPv6 address */
  guint port;
  char *box;          /* nullable */
  guint uid;          /* 0 = none */
  guint uid_validity; /* 0 = none */
} CliUrl;

/* Fails with CLI_ERROR. A password in it is an error: everybody on the machine could read it. */
CliUrl *cli_url_parse (const char *text, GError **error);
void cli_url_free (CliUrl *url);

/* imaps://user@host:port/box, for people and for files; the box is what is given. */
char *cli_url_make_text (const CliUrl *url, const char *box);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliUrl, cli_url_free)

G_END_DECLS
