/* The response code in the brackets of a condition.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/grammar/imap-response.h"

G_BEGIN_DECLS

/* Reads "[…]" where one stands; a malformed one is IMAP_CODE_UNKNOWN, an unclosed one is text. */
void imap_code_parse (ImapResponse *response, ImapReader *reader);
void imap_code_clear (ImapResponse *response);

G_END_DECLS
