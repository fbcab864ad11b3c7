# Four IDX files, two images of 1 x 2 pixels for training and as many for testing.
# $1: their folder and what stands before their names; $2: what stands before "idx".
mkdir -p "$(dirname "$1x")"
for part in train t10k; do
  printf '\0\0\010\003\0\0\0\002\0\0\0\001\0\0\0\002\0\200\200\0' > "$1$part-images$2idx3-ubyte"
  printf '\0\0\010\001\0\0\0\002\0\001' > "$1$part-labels$2idx1-ubyte"
done
