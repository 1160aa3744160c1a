/* What the header of a body part says of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/mail/email-fields.h"
#include "gimap4d/mail/email-values.h"

G_BEGIN_DECLS

/* @default_type: what a part is that does not say it. The size is left 0. */
EmailStructure *email_structure_from_fields (EmailFields *fields,
                                             const char *part_id,
                                             const char *default_type);

gboolean email_structure_is_multipart (const EmailStructure *structure);
/* Unowned, nullable. */
const char *email_structure_get_charset (const EmailStructure *structure);
/* As the sender wrote it: from the disposition, else from the type. Unowned, nullable. */
const char *email_structure_get_raw_name (const EmailStructure *structure);

G_END_DECLS
