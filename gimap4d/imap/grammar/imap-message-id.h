/* The Message-ID of a mail that is at hand as octets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "<…>", of a mail or its beginning. NULL when there is none, more than one, or one that is none. */
char *imap_message_id_dup (GBytes *mime);

G_END_DECLS
