/* The subject of a mail without what answering and forwarding put around it (RFC 5256, 2.1).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @subject is decoded, nullable. @out_is_answer: it is one, or was forwarded; may be NULL. */
char *imap_base_subject (const char *subject, gboolean *out_is_answer);

/* What texts are compared by: i;unicode-casemap (RFC 5051). */
char *imap_casemap (const char *text);

G_END_DECLS
