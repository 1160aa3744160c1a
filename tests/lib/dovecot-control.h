/* What a C test may ask of the private Dovecot around it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Sends one of the commands that `private-dovecot --help` lists and waits until it is done; a
 * refused one fails the test.
 * Returns: (transfer full): the words after OK, the process ids mostly */
GStrv dovecot_control (const char *command);

/* The value of GIMAP4D_TEST_name; a missing one fails the test. */
const char *dovecot_get_setting (const char *name);

/* The number in GIMAP4D_TEST_name. */
guint16 dovecot_get_port (const char *name);

G_END_DECLS
