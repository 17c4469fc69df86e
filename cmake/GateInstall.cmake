# What an installation holds; filled by the folders through install() next to their targets.
