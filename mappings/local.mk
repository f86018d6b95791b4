# mappings
