/* The language of a page: the one that the browser asks for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

#include "gimap4d/base/gimap4d-i18n.h"

G_BEGIN_DECLS

/* N_() marks a sentence, so that it gets into the catalogues; page_words_get() says it. */
typedef struct _PageWords PageWords;

const PageWords *page_words_choose (const char *accept_language);
const char *page_words_get_language (const PageWords *words);
const char *page_words_get (const PageWords *words, const char *text) G_GNUC_FORMAT (2);

char *page_words_format_size (const PageWords *words, guint64 size);
char *page_words_format_date (const PageWords *words, GDateTime *date);
char *page_words_format_short_date (const PageWords *words, GDateTime *date, GDateTime *now);

G_END_DECLS
