/* What a mail that is at hand as octets tells of itself.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "<…>", of a mail or its beginning. NULL when there is none, more than one, or one that is none. */
char *imap_mail_head_dup_message_id (GBytes *mime);

/* Whether it announces octets that no line has (RFC 2045, 6.2: "binary"). */
gboolean imap_mail_head_is_binary (GBytes *mime);

G_END_DECLS
