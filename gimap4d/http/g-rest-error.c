/* What a function may tell its caller that went wrong.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-error.h"

/**
 * SECTION:g-rest-error
 * @Title: Errors of a server
 * @Short_description: what a function may tell its caller
 *
 * A function of a #GRestServer that fails with a #GRestServerError has its message shown to the
 * client, with the status that belongs to the code. Other errors are not for the client's eyes.
 */

GQuark
g_rest_server_error_quark (void)
{
  return g_quark_from_static_string ("g-rest-server-error-quark");
}
