/* The only header that a program includes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#define G_IMAP4D_INSIDE

#include <gimap4d/base/g-imap-error.h>
#include <gimap4d/base/gimap4d-version.h>
#include <gimap4d/gimap4d-enum-types.h>
#include <gimap4d/http/g-event-stream.h>
#include <gimap4d/http/g-incoming-message.h>
#include <gimap4d/http/g-incoming-part.h>
#include <gimap4d/http/g-outgoing-message.h>
#include <gimap4d/http/g-rest-call.h>
#include <gimap4d/http/g-rest-error.h>
#include <gimap4d/http/g-rest-server.h>
#include <gimap4d/http/g-rest-session.h>
#include <gimap4d/imap/g-imap-box-info.h>
#include <gimap4d/imap/g-imap-box.h>
#include <gimap4d/imap/g-imap-enums.h>
#include <gimap4d/imap/g-imap-mails.h>
#include <gimap4d/imap/g-imap-message-set.h>
#include <gimap4d/imap/g-imap-quota.h>
#include <gimap4d/imap/g-imap-search.h>
#include <gimap4d/imap/g-imap-notifier.h>
#include <gimap4d/imap/g-imap-status-error.h>
#include <gimap4d/imap/g-imap-status.h>
#include <gimap4d/imap/g-imap-thread.h>
#include <gimap4d/imap/g-imap-transporter.h>
#include <gimap4d/mail/g-email-address.h>
#include <gimap4d/mail/g-email-body-part.h>
#include <gimap4d/mail/g-email-header.h>
#include <gimap4d/mail/g-email.h>
#include <gimap4d/mail/g-mail-attachment.h>

#undef G_IMAP4D_INSIDE
