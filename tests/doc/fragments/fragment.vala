/* What stands around a piece of Vala in the guides that is no whole program. It is compiled, not
 * run.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

using GImap4D;

namespace FragmentNUMBER {
/* DECLARATIONS */

async void fragment (ImapTransporter transporter, ImapMessageSet ids, Email mail) throws Error {
/* FRAGMENT */
}
}
