return LoRDBA.Tool.ConsoleProgram.Run(args);
