/* What a function may tell its caller that went wrong.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib-object.h>

#include <gimap4d/base/gimap4d-version.h>

G_BEGIN_DECLS

/**
 * G_REST_SERVER_ERROR:
 *
 * The error domain whose messages a #GRestServer shows to its clients. Codes are of
 * #GRestServerError.
 *
 * Since: 1.0
 */
#define G_REST_SERVER_ERROR (g_rest_server_error_quark ())

/**
 * GRestServerError:
 * @G_REST_SERVER_ERROR_BAD_REQUEST: the request makes no sense: status 400
 * @G_REST_SERVER_ERROR_UNAUTHORIZED: the client has to log in first: status 401
 * @G_REST_SERVER_ERROR_PAYMENT_REQUIRED: no licence is left: status 402
 * @G_REST_SERVER_ERROR_FORBIDDEN: the client may not do this: status 403
 * @G_REST_SERVER_ERROR_NOT_FOUND: there is no such thing: status 404
 * @G_REST_SERVER_ERROR_METHOD_NOT_ALLOWED: not with this method: status 405
 * @G_REST_SERVER_ERROR_TIMEOUT: the request took too long: status 408
 * @G_REST_SERVER_ERROR_TOO_LARGE: the request is too large: status 413
 * @G_REST_SERVER_ERROR_INTERNAL: the function failed: status 500
 * @G_REST_SERVER_ERROR_UNAVAILABLE: not now: status 503
 *
 * What a function tells its caller through g_rest_call_return_error().
 *
 * Since: 1.0
 */
typedef enum
{
  G_REST_SERVER_ERROR_BAD_REQUEST,
  G_REST_SERVER_ERROR_UNAUTHORIZED,
  G_REST_SERVER_ERROR_PAYMENT_REQUIRED,
  G_REST_SERVER_ERROR_FORBIDDEN,
  G_REST_SERVER_ERROR_NOT_FOUND,
  G_REST_SERVER_ERROR_METHOD_NOT_ALLOWED,
  G_REST_SERVER_ERROR_TIMEOUT,
  G_REST_SERVER_ERROR_TOO_LARGE,
  G_REST_SERVER_ERROR_INTERNAL,
  G_REST_SERVER_ERROR_UNAVAILABLE,
} GRestServerError;

G_IMAP4D_AVAILABLE_IN_1_0
GQuark g_rest_server_error_quark (void);

G_END_DECLS
