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
#include <gimap4d/http/g-incoming-message.h>
#include <gimap4d/http/g-outgoing-message.h>
#include <gimap4d/http/g-rest-call.h>
#include <gimap4d/http/g-rest-error.h>
#include <gimap4d/http/g-rest-server.h>
#include <gimap4d/http/g-rest-session.h>

#undef G_IMAP4D_INSIDE
