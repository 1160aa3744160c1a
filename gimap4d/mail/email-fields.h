/* The fields of a header block, as they stand in its bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

#include "gimap4d/mail/email-values.h"

G_BEGIN_DECLS

typedef struct _EmailFields EmailFields;

/* Where lines of a mail end: LF, with or without a CR before it; or CR alone, when there is no LF at
 * all. */
char email_fields_find_line_end (const char *bytes, gsize length);

/* Reads until the empty line. What exceeds a limit is cut and said by is_truncated. */
EmailFields *email_fields_new (const char *block, gsize length, char line_end);
void email_fields_free (EmailFields *fields);

gboolean email_fields_is_truncated (EmailFields *fields);
/* Whether another program may read them in another way: for the filter that sees the first From, and the
 * reader that shows the second. */
gboolean email_fields_are_ambiguous (EmailFields *fields);
guint email_fields_get_count (EmailFields *fields);
/* Unowned, valid UTF-8. */
const char *email_fields_get_name (EmailFields *fields, guint index);
/* The raw value without the space around it, still folded and encoded. Unowned, ends with a NUL, may
 * have others. */
const char *email_fields_get_raw (EmailFields *fields, guint index, gsize *out_length);

/* The first or last field of this name; -1 when there is none. */
int email_fields_find_first (EmailFields *fields, const char *name);
int email_fields_find_last (EmailFields *fields, const char *name);

/* The last field of this name, decoded. NULL when there is none. */
char *email_fields_dup_text (EmailFields *fields, const char *name);
/* The first field of this name, unfolded, no encoded words touched: for fields with a grammar. */
char *email_fields_dup_structured (EmailFields *fields, const char *name);
EmailEnvelope *email_fields_dup_envelope (EmailFields *fields);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailFields, email_fields_free)

G_END_DECLS
