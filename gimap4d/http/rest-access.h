/* What is noted of each request when its answer has ended: a line in the log, and the metrics.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/rest-service.h"

G_BEGIN_DECLS

void rest_access_watch (RestService *service,
                        SoupServerMessage *message,
                        GIncomingMessage *request);

G_END_DECLS
