#compdef epicevents

_epicevents_completion() {
    local line kind value about begun=1
    local -a parts finished unfinished
    for line in "${(@f)$(env COMP_WORDS="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" \
            _EPICEVENTS_COMPLETE=zsh_complete ${~words[1]} 2> /dev/null)}"; do
        parts=("${(@ps:\t:)line}")
        kind=$parts[1] value=$parts[2] about=$parts[3]
        case $kind in
            '') continue ;;
            dir) _path_files -/; return ;;
            file) _path_files; return ;;
        esac
        [[ $value == ${(b)${(Q)PREFIX}}* ]] || begun=
        value=${value//\\/\\\\}
        value=${value//:/\\:}${about:+:$about}
        [[ $kind == unfinished ]] && unfinished+=("$value") || finished+=("$value")
    done
    (( $#finished )) && _describe -V epicevents finished -U
    (( $#unfinished )) && _describe -V epicevents unfinished -U -S ''
    # What they have in common must not replace what was typed of their description.
    if [[ -z $begun && $(( $#finished + $#unfinished )) -gt 1 && $compstate[insert] == *unambiguous ]]; then
        compstate[insert]=
        compstate[list]='list force'
    fi
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _epicevents_completion "$@"
else
    compdef _epicevents_completion epicevents
fi
