/* What the rest of the library needs of GEmail besides its public face.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/mail/email-source.h"
#include "gimap4d/mail/g-email.h"

G_BEGIN_DECLS

/* A received mail, whose facts are read-only. Takes a reference to the source. */
GEmail *email_new_received (EmailSource *source);
/* NULL for a mail that was not received. Unowned. */
EmailSource *email_get_source (GEmail *email);

G_END_DECLS
