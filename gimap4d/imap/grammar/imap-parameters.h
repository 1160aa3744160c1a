/* The parameters of a body part, with what RFC 2231 cut in pieces put together.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-reader.h"

G_BEGIN_DECLS

/* Reads a list of names and values, or NIL, into @to (utf8 → utf8, lower-case names). FALSE when some
 * of it was malformed or left out; the reader is behind the value unless it failed. */
gboolean imap_parameters_read (ImapReader *reader, GHashTable *to);

G_END_DECLS
