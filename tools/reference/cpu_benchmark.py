"""Times whole training steps of the quickstart model in PyTorch on the CPU.

`/usr/bin/python3 cpu_benchmark.py [--threads 2] [--steps 60] [--mneme bazel-bin/apps/train/train]`
prints the median milliseconds of a step and tokens/s, and with --mneme those of the program too, and
the ratio. The model, its sizes and its optimizers are those of apps/config/quickstart.yaml: AdamW
over the dense weights, sparse Adam over the rows that were picked, each group clipped. PyTorch is
Debian's python3-torch with libopenblas0-pthread.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time

import torch

from model import LM, LazyAdam, MemoryConfig, MemoryLayer, ModelConfig, is_value


def mneme_seconds(program, a):
    """Median seconds of a step after a third of them, from the program's own metrics."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, f"dump_dir={folder}", "device=cpu", f"steps={a.steps}", f"threads={a.threads}",
                        f"data.batch_size={a.batch}", f"data.seq_len={a.seq}", "logging.freq=1",
                        "optim.warmup=1", "validation.every=0", "validation.samples=0"],
                       check=True, stdout=subprocess.DEVNULL)
        lines = [json.loads(line) for line in open(folder + "/metrics.jsonl")]
    return statistics.median(line["speed/curr_iter_time"] for line in lines[a.steps // 3 :])


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--steps", type=int, default=60)
    a.add_argument("--batch", type=int, default=8)
    a.add_argument("--seq", type=int, default=128)
    a.add_argument("--mneme", help="the train program, to compare with")
    a = a.parse_args()
    torch.set_num_threads(a.threads)
    memory = MemoryConfig(layers=(2,), mem_n_keys=128, mem_heads=2, mem_knn=16, mem_k_dim=128)
    c = ModelConfig(dim=128, n_layers=4, n_heads=4, vocab_size=258, multiple_of=32, max_seqlen=a.seq, memory=memory)
    m = LM(c)
    m.init_weights(torch.Generator().manual_seed(1))
    dense = [p for n, p in m.named_parameters() if not is_value(n)]
    values = [p for n, p in m.named_parameters() if is_value(n)]
    adamw = torch.optim.AdamW(dense, lr=3e-3, betas=(0.9, 0.95), weight_decay=0.1, foreach=True)
    lazy = LazyAdam(values, 1e-3, (0.9, 0.95), 1e-8)
    times = []
    for _ in range(a.steps):
        tokens = torch.randint(0, 258, (a.batch, a.seq + 1))
        start = time.perf_counter()
        m.zero_grad(set_to_none=True)
        _, loss = m(tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(dense, 1.0)
        torch.nn.utils.clip_grad_norm_(values, 1.0)
        adamw.step()
        picked = [l.feed_forward.last_indices.flatten() for l in m.layers if isinstance(l.feed_forward, MemoryLayer)]
        lazy.step({values[0]: torch.cat(picked).unique()}, 1.0)
        loss.item()
        times.append(time.perf_counter() - start)
    times = sorted(times[a.steps // 3 :])
    median = times[len(times) // 2]
    print(f"pytorch {torch.__version__}: {median * 1e3:.1f} ms/step, {a.batch * a.seq / median:.0f} tokens/s")
    if a.mneme:
        own = mneme_seconds(a.mneme, a)
        print(f"mneme: {own * 1e3:.1f} ms/step, {a.batch * a.seq / own:.0f} tokens/s; {median / own:.2f} times as fast")


if __name__ == "__main__":
    main()
