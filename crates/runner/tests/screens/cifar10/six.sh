# Six files of two records, of classes 0 and 1 in two greys.
for file in data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch; do
  {
    printf '\0'
    head -c 3072 /dev/zero | tr '\0' '\020'
    printf '\001'
    head -c 3072 /dev/zero | tr '\0' '\200'
  } > "$1/$file.bin"
done
