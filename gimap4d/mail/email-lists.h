/* Plain values become the list models that programs see.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include "gimap4d/mail/email-fields.h"

G_BEGIN_DECLS

/* @addresses: of EmailAddressValue. */
GListModel *email_lists_new_addresses (GPtrArray *addresses);
GListModel *email_lists_new_headers (EmailFields *fields);

G_END_DECLS
