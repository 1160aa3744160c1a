/* The enumerations of the IMAP half.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

/**
 * GImapBoxState:
 * @G_IMAP_BOX_STATE_WRITABLE: mails can be changed, as far as the server allows it
 * @G_IMAP_BOX_STATE_READ_ONLY: nothing in the box changes, not even what is read (EXAMINE)
 *
 * How a box is selected. The numbers are those of 4D.
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_BOX_STATE_WRITABLE = 0,
  G_IMAP_BOX_STATE_READ_ONLY = 1,
} GImapBoxState;

/**
 * GImapBoxRole:
 * @G_IMAP_BOX_ROLE_NONE: nothing special, or not known
 * @G_IMAP_BOX_ROLE_INBOX: where mails arrive
 * @G_IMAP_BOX_ROLE_SENT: mails that the user has sent
 * @G_IMAP_BOX_ROLE_DRAFTS: mails that are being written
 * @G_IMAP_BOX_ROLE_TRASH: mails that are to be deleted
 * @G_IMAP_BOX_ROLE_JUNK: mails that nobody asked for
 * @G_IMAP_BOX_ROLE_ARCHIVE: mails to be kept
 * @G_IMAP_BOX_ROLE_ALL: all mails of the user, from all boxes
 * @G_IMAP_BOX_ROLE_FLAGGED: all flagged mails of the user, from all boxes
 *
 * What a box is for (RFC 6154). More may come.
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_BOX_ROLE_NONE,
  G_IMAP_BOX_ROLE_INBOX,
  G_IMAP_BOX_ROLE_SENT,
  G_IMAP_BOX_ROLE_DRAFTS,
  G_IMAP_BOX_ROLE_TRASH,
  G_IMAP_BOX_ROLE_JUNK,
  G_IMAP_BOX_ROLE_ARCHIVE,
  G_IMAP_BOX_ROLE_ALL,
  G_IMAP_BOX_ROLE_FLAGGED,
} GImapBoxRole;

/**
 * GImapBoxListFlags:
 * @G_IMAP_BOX_LIST_NONE: all boxes, without their facts
 * @G_IMAP_BOX_LIST_SUBSCRIBED: only the boxes that the user has subscribed to
 * @G_IMAP_BOX_LIST_WITH_STATUS: each box with its #GImapBox:info, in one go where the server has
 *   LIST-STATUS (RFC 5819), else with one more command for each box
 *
 * Which boxes are listed, and what is asked of them.
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_BOX_LIST_NONE = 0,
  G_IMAP_BOX_LIST_SUBSCRIBED = 1 << 0,
  G_IMAP_BOX_LIST_WITH_STATUS = 1 << 1,
} GImapBoxListFlags;

/**
 * GImapFetchFlags:
 * @G_IMAP_FETCH_HEADERS: the headers, and nothing changes on the server
 * @G_IMAP_FETCH_UPDATE_SEEN: the mails are marked as read
 * @G_IMAP_FETCH_WITH_BODY: bodies too
 * @G_IMAP_FETCH_DEFAULT: what 4D does without options: bodies too, and mails are marked as read
 * @G_IMAP_FETCH_SUMMARY: only envelope, flags, size, date and structure: the cheap way to list
 *
 * What of a mail is fetched, and whether that marks it as read.
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_FETCH_HEADERS = 0,
  G_IMAP_FETCH_UPDATE_SEEN = 1 << 0,
  G_IMAP_FETCH_WITH_BODY = 1 << 1,
  G_IMAP_FETCH_DEFAULT = G_IMAP_FETCH_UPDATE_SEEN | G_IMAP_FETCH_WITH_BODY,
  G_IMAP_FETCH_SUMMARY = 1 << 2,
} GImapFetchFlags;

/**
 * GImapTlsMode:
 * @G_IMAP_TLS_MODE_AUTOMATIC: TLS from the first byte on port 993, STARTTLS on any other
 * @G_IMAP_TLS_MODE_IMPLICIT: TLS from the first byte (RFC 8314)
 * @G_IMAP_TLS_MODE_STARTTLS: TLS by the command STARTTLS (RFC 9051, 6.2.1)
 *
 * How a connection becomes encrypted.
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_TLS_MODE_AUTOMATIC,
  G_IMAP_TLS_MODE_IMPLICIT,
  G_IMAP_TLS_MODE_STARTTLS,
} GImapTlsMode;

/**
 * GImapTokenReason:
 * @G_IMAP_TOKEN_REASON_MISSING: there is none yet
 * @G_IMAP_TOKEN_REASON_EXPIRED: it has expired, or will within a minute
 * @G_IMAP_TOKEN_REASON_REFUSED: the server did not accept it
 *
 * Why a new OAuth 2 access token is wanted.
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_TOKEN_REASON_MISSING,
  G_IMAP_TOKEN_REASON_EXPIRED,
  G_IMAP_TOKEN_REASON_REFUSED,
} GImapTokenReason;

/**
 * GImapThreading:
 * @G_IMAP_THREADING_REFERENCES: what a mail says that it answers, then its subject
 * @G_IMAP_THREADING_ORDERED_SUBJECT: the subject alone, by date
 *
 * What makes mails a thread (RFC 5256, 3).
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_THREADING_REFERENCES,
  G_IMAP_THREADING_ORDERED_SUBJECT,
} GImapThreading;

/**
 * GImapTransporterState:
 * @G_IMAP_TRANSPORTER_STATE_CLOSED: there is no connection; the next call opens one
 * @G_IMAP_TRANSPORTER_STATE_CONNECTING: a connection is being made and encrypted
 * @G_IMAP_TRANSPORTER_STATE_AUTHENTICATING: the connection stands, the user is being logged in
 * @G_IMAP_TRANSPORTER_STATE_READY: the user is logged in, no box is selected
 * @G_IMAP_TRANSPORTER_STATE_SELECTED: the user is logged in, and a box is selected
 * @G_IMAP_TRANSPORTER_STATE_CLOSING: the server was told good-bye
 *
 * What a transporter's connection is doing (RFC 9051, 3).
 *
 * Since: 1.0
 */
typedef enum
{
  G_IMAP_TRANSPORTER_STATE_CLOSED,
  G_IMAP_TRANSPORTER_STATE_CONNECTING,
  G_IMAP_TRANSPORTER_STATE_AUTHENTICATING,
  G_IMAP_TRANSPORTER_STATE_READY,
  G_IMAP_TRANSPORTER_STATE_SELECTED,
  G_IMAP_TRANSPORTER_STATE_CLOSING,
} GImapTransporterState;

G_END_DECLS
