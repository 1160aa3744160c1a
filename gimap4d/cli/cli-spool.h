/* A mail that is to be sent, made ready in a file without a name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Takes octets with any line ends; has them with CRLF. */
typedef struct _CliSpool CliSpool;

CliSpool *cli_spool_new (GError **error);
void cli_spool_free (CliSpool *spool);

gboolean cli_spool_write (CliSpool *spool, const char *octets, gsize length, GError **error);

guint64 cli_spool_get_size (CliSpool *spool);
/* From its beginning, once: the spool is to live longer. */
GInputStream *cli_spool_open (CliSpool *spool, GError **error);
/* Of its header, nullable. */
char *cli_spool_find_message_id (CliSpool *spool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliSpool, cli_spool_free)

G_END_DECLS
