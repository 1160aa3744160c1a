/* A raw mail as IMAP takes it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The same bytes, or a copy whose bare line feeds are CRLF, which some servers insist on. What has a NUL
 * is left as it is. NULL with G_IMAP_ERROR_INVALID_ARGUMENT for an empty mail. */
GBytes *imap_mail_text_prepare (GBytes *mime, GError **error);

G_END_DECLS
