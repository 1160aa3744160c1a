/* Pages that say something: what went wrong, or how to come in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/serve/page-view.h"

G_BEGIN_DECLS

char *page_notice_build (const PageView *view,
                         const char *title,
                         const char *sentence,
                         const char *detail,
                         const char *retry);
char *page_notice_build_entrance (const PageView *view);

G_END_DECLS
