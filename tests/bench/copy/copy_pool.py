"""The folder copier that people write first: a multiprocessing pool, a file a task, a queue that tells what is done."""
import multiprocessing
import os
import sys


def copy_file(queue, name, source, target):
    with open(os.path.join(source, name), "rb") as old:
        content = old.read()
    with open(os.path.join(target, name), "wb") as new:
        new.write(content)
    queue.put(name)


def main():
    source, target = sys.argv[1:]
    names = []
    for folder, _, files in os.walk(source):
        below = os.path.relpath(folder, source)
        os.makedirs(os.path.join(target, below), exist_ok=True)
        names += [os.path.join(below, name) for name in files]
    queue = multiprocessing.Manager().Queue()
    with multiprocessing.Pool() as pool:
        for name in names:
            pool.apply_async(copy_file, args=(queue, name, source, target))
        for _ in names:
            queue.get()


if __name__ == "__main__":
    main()
