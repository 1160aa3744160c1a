/* What the files of GRestServer share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/rest-service.h"

G_BEGIN_DECLS

RestService *rest_server_get_service (GRestServer *self);

G_END_DECLS
