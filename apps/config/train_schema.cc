#include "apps/config/train_schema.h"

#include "apps/config/data_schema.h"
#include "apps/config/eval_schema.h"
#include "apps/config/model_schema.h"

namespace mneme {

void Describe(Section& s, OptimConfig& c) {
  s.Add("lr", c.lr, {.min = 0}, "learning rate of the dense parameters, before the schedule");
  s.Add("weight_decay", c.weight_decay, {.min = 0}, "AdamW's decay of every dense parameter");
  s.Add("epsilon", c.epsilon, {.min = 1e-20}, "Adam's, added to the root of the second moment");
  s.Add("beta1", c.beta1, {.min = 0, .below = 1}, "Adam's decay of the first moment");
  s.Add("beta2", c.beta2, {.min = 0, .below = 1}, "Adam's decay of the second moment");
  s.Add("clip", c.clip, {.above = 0},
        "largest gradient norm, of dense and of value gradients each");
  s.Add("scheduler", c.scheduler,
        {{"constant", SchedulerKind::kConstant},
         {"linear", SchedulerKind::kLinear},
         {"inv_sqrt", SchedulerKind::kInvSqrt},
         {"cosine", SchedulerKind::kCosine},
         {"wsd", SchedulerKind::kWsd}},
        "how the learning rates change over the run");
  s.Add("warmup", c.warmup, {.min = 0}, "steps of linear warm-up; constant has none");
  s.Add("lr_min_ratio", c.lr_min_ratio, {.min = 0, .max = 1}, "last learning rate / the highest");
  s.Add("cycle_length", c.cycle_length, {.above = 0},
        "cosine: 1 falls once over the run; wsd: a cycle as a share of the run");
  s.Add("cosine_theta", c.cosine_theta, {.above = 0}, "cosine: power of the progress");
  s.Add("exp_factor", c.exp_factor, {.min = 0}, "inv_sqrt: power of warmup / step");
  s.Add("decay_fraction", c.decay_fraction, {.min = 0, .max = 1},
        "wsd: part of a cycle in which the rate decays");
  s.WithoutEffect({"annealing_step"});
}

void Describe(Section& s, DistributedConfig& c) {
  s.Add(
      "model_dtype", c.model_dtype,
      {{"bf16", ComputeDtype::kBf16}, {"fp16", ComputeDtype::kFp16}, {"fp32", ComputeDtype::kFp32}},
      "precision of the computation; weights and optimizer stay fp32");
  s.Add("dp_replicate", c.dp_replicate, {.min = 1}, "GPUs that each train on batches of their own");
  s.Add("dp_shard", c.dp_shard, {.min = 1}, "GPUs that share one copy of the dense weights");
  s.Add("tp_size", c.tp_size, {.min = 1}, "GPUs that share each matrix product");
  s.Add("memory_parallel_size", c.memory_parallel_size, {.min = 1}, "GPUs that share a table");
  s.WithoutEffect({"fsdp_type", "compile", "compile_cache_size_limit", "matmul_allow_tf32",
                   "allow_bf16_reduced_precision_reduction", "selective_activation_checkpointing",
                   "checkpoint_each_layer", "float8_recipe", "float8_filter", "detect_anomaly",
                   "spawn_method"});
}

void Describe(Section& s, CheckpointConfig& c) {
  Section dump = s.Sub("dump", "checkpoints to go on from");
  dump.Add("every", c.dump.every, {.min = -1},
           "steps from one to the next; 0: only at the end, -1: never");
  dump.Add("keep", c.dump.keep, {.min = -1}, "how many to keep, newest first; 0 or -1: all");
  Section eval = s.Sub("eval", "checkpoints that are evaluated, kept apart from those of dump");
  eval.Add("every", c.eval.every, {.min = -1}, "steps from one to the next; 0 or -1: never");
  eval.Add("keep", c.eval.keep, {.min = -1},
           "how many of these to keep, newest first, whatever dump.keep is; 0 or -1: all");
  s.AddPath(
      "init_ckpt_path", c.init_ckpt_path,
      "run or checkpoint whose weights, and model keys left open, it starts from; null: none");
  s.WithoutEffect({"path", "continue_training_from_init"});
}

void Describe(Section& s, LoggingConfig& c) {
  s.Add("freq", c.freq, {.min = 1}, "steps from one line of metrics.jsonl to the next");
  s.AddPath("pick_trace", c.pick_trace,
            "file for the rows that memory layers pick, for //apps:bench; null: none");
  s.Add("pick_trace_steps", c.pick_trace_steps, {.min = 1}, "steps, from the run's start, in it");
  s.Add("tensorboard", c.tensorboard, "write the metrics as TensorBoard's event files too");
  s.WithoutEffect({"acc_freq", "wandb"});
}

void Describe(Section& s, ValidationConfig& c) {
  s.Add("every", c.every, {.min = 0}, "steps from one to the next; 0: only at the end");
  s.Add("batches", c.batches, {.min = 1, .max = 1 << 30},
        "held-out batches, the same ones each time");
  s.Add("samples", c.samples, {.min = 0}, "held-out prompts completed at the end of the run");
  s.Add("sample_tokens", c.sample_tokens, {.min = 1}, "tokens a completion may have");
}

void Describe(Section& s, TrainConfig& c) {
  s.Add("name", c.name, "of the run");
  s.AddPath("dump_dir", c.dump_dir, "folder of the run, resumed if it holds one; \"\": runs/NAME");
  s.Add("steps", c.steps, {.min = 1}, "optimizer steps");
  s.Add("seed", c.seed, {.min = 0}, "of the initial weights");
  s.Add("grad_acc_steps", c.grad_acc_steps, {.min = 1}, "batches whose gradients make one step");
  s.Add("device", c.device, {"auto", "cpu", "cuda"}, "where to train; auto: a GPU if there is one");
  AddThreads(s, c.threads);
  Section model = s.Sub("model", "the transformer");
  DescribeModel(model, c.model, c.memory);
  Section optim = s.Sub("optim", "optimizer and learning-rate schedule");
  Describe(optim, c.optim);
  Section data = s.Sub("data", "text, and how it becomes batches");
  Describe(data, c.data);
  Section distributed = s.Sub("distributed", "precision and parallelism");
  Describe(distributed, c.distributed);
  Section checkpoint = s.Sub("checkpoint", "what is saved to dump_dir/checkpoints");
  Describe(checkpoint, c.checkpoint);
  Section logging = s.Sub("logging", "metrics");
  Describe(logging, c.logging);
  Section validation = s.Sub("validation", "loss on held-out text during the run");
  Describe(validation, c.validation);
  Section eval = s.Sub("eval", "evaluation of checkpoints");
  Describe(eval, c.eval);
  s.WithoutEffect({"profiling", "probe_freq", "gc_collect_freq", "async_eval_gpus", "env"});
}

}  // namespace mneme
