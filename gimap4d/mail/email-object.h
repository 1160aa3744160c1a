/* How the files of GEmail reach its facts.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/mail/email-facts.h"
#include "gimap4d/mail/email-private.h"

G_BEGIN_DECLS

/* Unowned; of the type that the fact has. */
gpointer email_get_fact (GEmail *email, EmailFact fact);
/* Copies the value. Does nothing on a received mail. */
void email_set_fact (GEmail *email, EmailFact fact, gconstpointer value);

/* The message as it came, when nothing was changed since. Owned, NULL when there is none. */
GBytes *email_dup_unchanged_mime (GEmail *email);
/* Whether it was received, so that what is not known of it is not empty. */
gboolean email_is_received (GEmail *email);

G_END_DECLS
