/* The error domain of the IMAP half.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/g-imap-error.h"

/**
 * SECTION:g-imap-error
 * @Title: Errors
 * @Short_description: what can go wrong, and how it is told
 *
 * Every call that can fail has a #GError. Its message says what was tried, where, and what the
 * server answered; its code, of #GImapError, says what a program can do about it.
 */

/* The formatter takes the hyphens for minus signs, and its spaces would be part of the name. */
/* clang-format off */
G_DEFINE_QUARK (g-imap-error-quark, g_imap_error)
/* clang-format on */
