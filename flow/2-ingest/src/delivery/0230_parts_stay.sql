-- Between which references the records of each part of a delivery lie: bounds, which stay when those records are erased and then lead nowhere.

UPDATE catalogue SET erasure = 'never' WHERE table_name = 'delivery_part';
