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
 *
 * Functions name the codes that are their own. Besides those every call that needs the server can
 * fail with one of these:
 *
 * - it was cancelled: %G_IO_ERROR_CANCELLED, or %G_IMAP_ERROR_UNKNOWN_OUTCOME when it changes
 *   something and was sent already;
 * - a setting of the transporter cannot be used: %G_IMAP_ERROR_INVALID_ARGUMENT;
 * - there is no connection: %G_IMAP_ERROR_CONNECT, %G_IMAP_ERROR_DNS, and all codes with `TIMEOUT`
 *   and `TLS` in their names;
 * - the login is refused or impossible: the codes with `AUTH` in their names,
 *   %G_IMAP_ERROR_LOGIN_DISABLED, %G_IMAP_ERROR_REFERRAL;
 * - the connection was lost: %G_IMAP_ERROR_DISCONNECTED, %G_IMAP_ERROR_BYE; calls that may be
 *   repeated have been by then;
 * - the server breaks the rules, or sends more than can be right: %G_IMAP_ERROR_PROTOCOL,
 *   %G_IMAP_ERROR_TOO_LARGE, %G_IMAP_ERROR_TOO_DEEP, %G_IMAP_ERROR_TOO_MANY;
 * - the server refuses: %G_IMAP_ERROR_NO, %G_IMAP_ERROR_BAD, or a more precise code where it gives
 *   one.
 *
 * |[<!-- language="C" -->
 * if (g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_NONEXISTENT))
 *   g_print ("There is no such box.\n");
 * else
 *   g_printerr ("%s\n", error->message);
 * ]|
 *
 * Codes may be added: a program treats one that it does not know like %G_IMAP_ERROR_NO.
 */

/* The formatter takes the name for a subtraction, and its spaces would be part of the domain. */
/* clang-format off */
G_DEFINE_QUARK (g-imap-error-quark, g_imap_error)
/* clang-format on */
