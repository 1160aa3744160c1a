# Completion of gimap4d for fish. What there is, the program tells.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The gimap4d authors

function __gimap4d_options
    set -l words (commandline -opc)
    set -l program $words[1]
    $program --complete $words[2] 2>/dev/null | while read -l -d \t name kind text
        printf '%s\t%s\n' $name $text
    end
end

complete -c gimap4d -n __fish_use_subcommand -f -a '(gimap4d --complete 2>/dev/null)'
complete -c gimap4d -n 'not __fish_use_subcommand' -a '(__gimap4d_options)'
