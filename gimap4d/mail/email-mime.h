/* A message cut in its parts, without a copy of it.
 *
 * Cutting is ours and not GMime's: its parser calls itself for each level, makes an object of some
 * hundred bytes for each part, and gives up on the whole where a limit is hit. Here a message that is
 * too deep, or has too many parts, keeps all its bytes: the rest of it is one part.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

#include "gimap4d/mail/email-values.h"

G_BEGIN_DECLS

typedef struct _EmailMime EmailMime;

/* Immutable once made; takes a reference to @bytes. */
EmailMime *email_mime_new (GBytes *bytes);
void email_mime_free (EmailMime *mime);

/* Unowned. */
const EmailStructure *email_mime_get_structure (EmailMime *mime);

/* The header block and the still encoded body of a part of this mime's structure. */
GBytes *email_mime_dup_header (EmailMime *mime, const EmailStructure *part);
GBytes *email_mime_dup_body (EmailMime *mime, const EmailStructure *part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailMime, email_mime_free)

G_END_DECLS
