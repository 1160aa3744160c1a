/* APPEND: a mail into a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-search.h"

G_BEGIN_DECLS

/* The result is an ImapFound: the new id, an empty set when the server does not tell it. @box NULL is
 * the selected one. @flags as IMAP has them, nullable; @date nullable. */
gpointer imap_append_operation_new (GBytes *mime,
                                    const char *box,
                                    const char *const *flags,
                                    GDateTime *date);

G_END_DECLS
