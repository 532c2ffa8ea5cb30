function __epicevents_completion
    set -l words (commandline -poc)
    for line in (env COMP_WORDS=(commandline -cp | string collect) \
            _EPICEVENTS_COMPLETE=fish_complete $words[1] 2> /dev/null)
        set -l parts (string split \t -- $line)
        switch $parts[1]
            case dir
                __fish_complete_directories (commandline -ct)
            case file
                __fish_complete_path (commandline -ct)
            case '*'
                printf '%s\t%s\n' $parts[2] "$parts[3]"
        end
    end
end

complete --command epicevents --no-files --keep-order --arguments '(__epicevents_completion)'
