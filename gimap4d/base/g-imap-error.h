/* The causes that an IMAP call can fail for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

/**
 * G_IMAP_ERROR:
 *
 * The error domain of everything that speaks IMAP or reads mail. Codes are of #GImapError.
 *
 * Since: 1.0
 */
#define G_IMAP_ERROR (g_imap_error_quark ())

/**
 * GImapError:
 * @G_IMAP_ERROR_INVALID_ARGUMENT: the caller gave something that can never be sent: a name with a
 *   line break, an id that is no number, a port out of range. Nothing was written.
 * @G_IMAP_ERROR_CONNECT: no connection could be made to the server
 * @G_IMAP_ERROR_DNS: the name of the server does not resolve
 * @G_IMAP_ERROR_TIMEOUT_CONNECT: connecting took longer than #GImapTransporter:connection-timeout
 * @G_IMAP_ERROR_TIMEOUT_TLS: the TLS handshake did not finish in time
 * @G_IMAP_ERROR_TIMEOUT_GREETING: the server was connected but did not greet in time
 * @G_IMAP_ERROR_TIMEOUT_RESPONSE: a reply was due and did not come in time
 * @G_IMAP_ERROR_TIMEOUT_STALL: a transfer was slower than can be waited for
 * @G_IMAP_ERROR_TIMEOUT_IDLE: the server did not answer when IDLE was left
 * @G_IMAP_ERROR_TLS_REQUIRED: no encryption can be had, and
 *   #GImapTransporter:accept-unsecure-connection is %FALSE
 * @G_IMAP_ERROR_TLS_INJECTION: plain bytes came where TLS had to begin (RFC 9051, 6.2.1)
 * @G_IMAP_ERROR_TLS_CERTIFICATE: the certificate does not verify, and nobody accepted it
 * @G_IMAP_ERROR_TLS_TOO_OLD: the server speaks TLS older than 1.2
 * @G_IMAP_ERROR_TLS_TRUNCATED: the encrypted connection was cut without the end that TLS demands
 * @G_IMAP_ERROR_DISCONNECTED: the connection was lost
 * @G_IMAP_ERROR_BYE: the server closed the connection and said why
 * @G_IMAP_ERROR_PROTOCOL: the server sent what IMAP does not allow
 * @G_IMAP_ERROR_TOO_LARGE: something is larger than its limit
 * @G_IMAP_ERROR_TOO_DEEP: something is nested deeper than its limit
 * @G_IMAP_ERROR_TOO_MANY: there is more of something than its limit
 * @G_IMAP_ERROR_AUTH_FAILED: the server refused user, password or token, or could not prove that it
 *   knows the password
 * @G_IMAP_ERROR_AUTH_MECHANISM: server and settings have no way to log in in common
 * @G_IMAP_ERROR_AUTH_EXPIRED: the token or password has expired
 * @G_IMAP_ERROR_LOGIN_DISABLED: the server does not allow to log in here and now
 * @G_IMAP_ERROR_REFERRAL: the server says that the box is on another server; nothing was sent there
 * @G_IMAP_ERROR_NO: the server answered NO
 * @G_IMAP_ERROR_BAD: the server answered BAD: it did not understand the command
 * @G_IMAP_ERROR_TRYCREATE: the destination box does not exist and can be created
 * @G_IMAP_ERROR_OVERQUOTA: the quota is used up, or the mail is larger than the server takes
 * @G_IMAP_ERROR_READ_ONLY: the box was opened read-only
 * @G_IMAP_ERROR_NO_UIDPLUS: the server cannot do this for some mails only (RFC 4315)
 * @G_IMAP_ERROR_UIDVALIDITY_CHANGED: the ids are from before the box was made anew
 * @G_IMAP_ERROR_NONEXISTENT: the box does not exist
 * @G_IMAP_ERROR_UNKNOWN_OUTCOME: the command was sent whole and its reply never came: it may or may
 *   not have been done
 * @G_IMAP_ERROR_UNSUPPORTED: the server does not offer what was asked for
 * @G_IMAP_ERROR_NO_BOX_SELECTED: the call needs a selected box and there is none
 * @G_IMAP_ERROR_NOT_FOUND: no mail has this id
 * @G_IMAP_ERROR_LIMIT: too much was asked of the server in too short a time; its text may say how
 *   long to wait
 *
 * The causes that an IMAP call can fail for. A cancelled call fails with %G_IO_ERROR_CANCELLED
 * instead, or with %G_IMAP_ERROR_UNKNOWN_OUTCOME when it changes something and was sent already.
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_ERROR_INVALID_ARGUMENT,
  G_IMAP_ERROR_CONNECT,
  G_IMAP_ERROR_DNS,
  G_IMAP_ERROR_TIMEOUT_CONNECT,
  G_IMAP_ERROR_TIMEOUT_TLS,
  G_IMAP_ERROR_TIMEOUT_GREETING,
  G_IMAP_ERROR_TIMEOUT_RESPONSE,
  G_IMAP_ERROR_TIMEOUT_STALL,
  G_IMAP_ERROR_TIMEOUT_IDLE,
  G_IMAP_ERROR_TLS_REQUIRED,
  G_IMAP_ERROR_TLS_INJECTION,
  G_IMAP_ERROR_TLS_CERTIFICATE,
  G_IMAP_ERROR_TLS_TOO_OLD,
  G_IMAP_ERROR_TLS_TRUNCATED,
  G_IMAP_ERROR_DISCONNECTED,
  G_IMAP_ERROR_BYE,
  G_IMAP_ERROR_PROTOCOL,
  G_IMAP_ERROR_TOO_LARGE,
  G_IMAP_ERROR_TOO_DEEP,
  G_IMAP_ERROR_TOO_MANY,
  G_IMAP_ERROR_AUTH_FAILED,
  G_IMAP_ERROR_AUTH_MECHANISM,
  G_IMAP_ERROR_AUTH_EXPIRED,
  G_IMAP_ERROR_LOGIN_DISABLED,
  G_IMAP_ERROR_REFERRAL,
  G_IMAP_ERROR_NO,
  G_IMAP_ERROR_BAD,
  G_IMAP_ERROR_TRYCREATE,
  G_IMAP_ERROR_OVERQUOTA,
  G_IMAP_ERROR_READ_ONLY,
  G_IMAP_ERROR_NO_UIDPLUS,
  G_IMAP_ERROR_UIDVALIDITY_CHANGED,
  G_IMAP_ERROR_NONEXISTENT,
  G_IMAP_ERROR_UNKNOWN_OUTCOME,
  G_IMAP_ERROR_UNSUPPORTED,
  G_IMAP_ERROR_NO_BOX_SELECTED,
  G_IMAP_ERROR_NOT_FOUND,
  G_IMAP_ERROR_LIMIT,
} GImapError;

G_IMAP4D_AVAILABLE_IN_1_0
GQuark g_imap_error_quark (void);

G_END_DECLS
