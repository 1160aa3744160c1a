/* GMime, started once, for those who use it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gmime/gmime.h>

G_BEGIN_DECLS

/* Call before anything else of GMime's; from any thread. The options are unowned and constant: bytes
 * without a charset are UTF-8 or else windows-1252, whatever the locale. */
GMimeParserOptions *email_gmime_get_options (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentType, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentDisposition, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeFilter, g_object_unref)

G_END_DECLS
